/* wiretext.h - DNS messages written as words
 *
 * Words between blanks stand for bytes:
 *
 *     x00ff      bytes in hexadecimal           #5  ##5     a number of 16 bits, of 32 bits
 *     =www.a     a name with its root label     =. is the root alone
 *     +www       one label, without a root      :m          remembers the place under a letter, stands for nothing
 *     @m  @12    a pointer to a place           [ ]         16 bits with the length of what stands between them
 *     "text      a character-string             'text       its bytes
 *     A IN ...   types and classes by name      N*WORD      the word N times
 *     OPT(flags) whole OPT record without options, with 32 bits of flags in hexadecimal
 *
 * For a header and question: wire_message() below.
 */
#ifndef TESTS_SUPPORT_WIRETEXT_H
#define TESTS_SUPPORT_WIRETEXT_H

#include <stddef.h>
#include <stdint.h>

#include "support/exact.h"

/* The bytes that the words stand for; a word that makes no sense, and more bytes than 65,535, end the program. */
struct exact wire_text(const char *words);

/* A message with id 0x1234, these flags (hexadecimal) and counts ("1 2 0 1"), and the words behind. */
struct exact wire_message(const char *flags, const char *counts, const char *words);

#endif
