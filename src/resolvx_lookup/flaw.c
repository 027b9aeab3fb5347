/* flaw.c - what is wrong with a name that nobody was asked for
 *
 * "No such host" is true of a name that cannot exist, and says little to whoever mistyped it. The limits are those of
 * RFC 1035, 2.3.4, the characters those that names of hosts are made of, with the underscore. The library has decided
 * before; this only finds words. A name with escapes is left alone: its lengths are not those of its text.
 */
#include <config.h>

#include "resolvx_lookup/flaw.h"

#include <stddef.h>
#include <string.h>

#define LABEL_MAX 63
#define NAME_MAX_TEXT 253 /* without the dot at the end */
#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

static const char *flaw_of_labels(const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");

        if (len == 0)
            return "a label is empty";
        if (len > LABEL_MAX)
            return "a label is longer than 63 bytes";
        name += len;
        name += *name == '.';
    }
    return NULL;
}

const char *flaw_of(const char *name)
{
    size_t len = strlen(name);
    const char *flaw;

    if (len == 0)
        return "the name is empty";
    if (strchr(name, '\\') != NULL || strcmp(name, ".") == 0)
        return NULL;
    flaw = flaw_of_labels(name);
    if (flaw != NULL)
        return flaw;
    if (len - (name[len - 1] == '.') > NAME_MAX_TEXT)
        return "the name is longer than 253 bytes";
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            return "not ASCII; a name in another script is written as xn--...";
    return name[strspn(name, HOST_CHARACTERS)] != '\0' ? "names of hosts have letters, digits, '-' and '.'" : NULL;
}
