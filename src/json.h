/* json.h - printing JSON (RFC 8259), one value a line
 *
 *     struct json json = { .out = stdout };
 *
 *     json_open(&json, NULL, '{');
 *     json_text(&json, "service", "http");
 *     json_number(&json, "port", 80);
 *     json_close(&json, '}');                 {"service":"http","port":80}
 *
 * The caller keeps the brackets balanced.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json {
    FILE *out;
    unsigned depth;
    bool comma; /* the next member needs one in front */
};

/* Opens an object '{' or an array '['.  key: NULL inside an array and at the top, here and below. */
void json_open(struct json *json, const char *key, char bracket);

/* Closes it with '}' or ']'; the outermost one ends the line. */
void json_close(struct json *json, char bracket);

/* Prints a text; bytes that are no UTF-8 become U+FFFD. */
void json_text(struct json *json, const char *key, const char *text);

/* The same for bytes, which may have NULs among them. */
void json_bytes(struct json *json, const char *key, const char *data, size_t len);

void json_number(struct json *json, const char *key, long number);

void json_bool(struct json *json, const char *key, bool truth);

#endif
