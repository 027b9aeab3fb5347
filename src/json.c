/* json.c - printing JSON (RFC 8259), one value a line */
#include <config.h>

#include "json.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

static void print_character(FILE *out, uint32_t character, const char *data, size_t len)
{
    if (character == '"' || character == '\\')
        fprintf(out, "\\%c", (int)character);
    else if (character < 0x20 || (character >= 0x7f && character < 0xa0)) /* above 0x7f for the sake of terminals */
        fprintf(out, "\\u%04x", (unsigned)character);
    else
        fwrite(data, 1, len, out);
}

static void print_string(FILE *out, const char *text, size_t left)
{
    putc('"', out);
    while (left > 0) {
        uint32_t character = 0;
        size_t n = text_utf8(text, left, &character);

        if (n == 0) {
            fputs("\\ufffd", out);
            n = 1;
        } else {
            print_character(out, character, text, n);
        }
        text += n;
        left -= n;
    }
    putc('"', out);
}

static void begin_member(struct json *json, const char *key)
{
    if (json->comma)
        putc(',', json->out);
    json->comma = true;
    if (key) {
        print_string(json->out, key, strlen(key));
        putc(':', json->out);
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin_member(json, key);
    putc(bracket, json->out);
    json->depth++;
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    putc(bracket, json->out);
    json->depth--;
    json->comma = json->depth > 0;
    if (json->depth == 0)
        putc('\n', json->out);
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin_member(json, key);
    print_string(json->out, text, strlen(text));
}

void json_bytes(struct json *json, const char *key, const char *data, size_t len)
{
    begin_member(json, key);
    print_string(json->out, data, len);
}

void json_number(struct json *json, const char *key, long number)
{
    begin_member(json, key);
    fprintf(json->out, "%ld", number);
}

void json_bool(struct json *json, const char *key, bool truth)
{
    begin_member(json, key);
    fputs(truth ? "true" : "false", json->out);
}
