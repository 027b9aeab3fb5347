/* query.c - records of any type, with their data in words
 *
 * The words are libldns's, which knows some ninety types; but those of TXT records, which may be too large for it, are
 * put in here. It is handed nothing but what passes the gate: a record that a program's own backend gave is put into a
 * message of its own for that. What it does not know, or cannot be loaded for, is told as RFC 3597 says:
 * "\\# 3 010203".
 */
#include <config.h>

#include "resolver/records.h"

#include <errno.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "dns/gate.h"
#include "resolver/codec.h"
#include "resolver/result.h"

#define TEXTS_MAX ((size_t)4 << 20)

static void call_records(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_records_fn)callback)(arg, result, made, err);
}

static void add_u32(struct rvx__buf *buf, uint32_t number)
{
    rvx__buf_add_u16(buf, (uint16_t)(number >> 16));
    rvx__buf_add_u16(buf, (uint16_t)(number & 0xffff));
}

/* A message whose one answer is the record, owned by the root. */
static void write_message(struct rvx__buf *buf, const struct rvx__answer_record *record, struct rvx__view data)
{
    add_u32(buf, RVX__DNS_FLAG_QR);
    add_u32(buf, 1); /* questions, answers */
    add_u32(buf, 0);
    rvx__buf_add_byte(buf, 0);
    rvx__buf_add_u16(buf, record->type);
    rvx__buf_add_u16(buf, record->class_);
    add_u32(buf, record->ttl);
    rvx__buf_add_u16(buf, (uint16_t)data.len);
    rvx__buf_add(buf, data);
}

/* Appends the words of libldns; false if it has none. */
static bool print_by_codec(struct rvx__buf *text, const struct rvx__codec *codec,
                           const struct rvx__answer_record *record, struct rvx__view data)
{
    struct rvx__message message;
    struct rvx__buf buf;
    struct rvx__rr rr;
    size_t at = 0;
    bool done = false;

    rvx__buf_init_heap(&buf, RVX__DNS_MESSAGE_MAX);
    write_message(&buf, record, data);
    if (buf.error == 0 && rvx__gate_check(rvx__buf_view(&buf), &message) == RVX__GATE_OK &&
        rvx__message_next(&message, RVX__DNS_ANSWER, &at, &rr))
        done = rvx__codec_rdata_text(codec, &message, &rr, text) == 0;
    rvx__buf_fini(&buf);
    return done;
}

/* RFC 3597 section 5. */
static void print_unknown(struct rvx__buf *text, struct rvx__view data)
{
    static const char digits[] = "0123456789abcdef";

    rvx__buf_add_text(text, "\\# ");
    rvx__buf_add_dec(text, data.len);
    rvx__buf_add_text(text, data.len > 0 ? " " : "");
    for (size_t i = 0; i < data.len; i++) {
        rvx__buf_add_byte(text, digits[rvx__wire_u8(data, i) >> 4]);
        rvx__buf_add_byte(text, digits[rvx__wire_u8(data, i) & 15]);
    }
}

/* A character-string in quotes (RFC 1035 section 5.1); what no terminal should see as \DDD. */
static void print_string(struct rvx__buf *text, struct rvx__view string)
{
    rvx__buf_add_byte(text, '"');
    for (size_t i = 0; i < string.len; i++) {
        uint8_t byte = rvx__wire_u8(string, i);
        bool visible = byte >= ' ' && byte <= '~';

        if (!visible || byte == '"' || byte == '\\')
            rvx__buf_add_byte(text, '\\');
        if (!visible) {
            rvx__buf_add_byte(text, (char)('0' + byte / 100));
            rvx__buf_add_byte(text, (char)('0' + byte / 10 % 10));
            byte = (uint8_t)('0' + byte % 10);
        }
        rvx__buf_add_byte(text, (char)byte);
    }
    rvx__buf_add_byte(text, '"');
}

/* A TXT record, which may be too large for libldns. False, and nothing written: it is none, or malformed. */
static bool print_txt(struct rvx__buf *text, uint16_t type, struct rvx__view data)
{
    struct rvx__view rest = data, string;
    bool first = true;

    while (type == RVX__DNS_TYPE_TXT && rvx__wire_take_string(&rest, &string))
        ;
    if (type != RVX__DNS_TYPE_TXT || data.len == 0 || rest.len > 0)
        return false;
    for (; rvx__wire_take_string(&data, &string); first = false) {
        if (!first)
            rvx__buf_add_byte(text, ' ');
        print_string(text, string);
    }
    return true;
}

/* Writes all texts, each with its NUL. 0; -ENOMEM; RVX_ETOOLONG. */
static int print_all(const struct rvx__lookup *lookup, struct rvx__buf *texts)
{
    struct rvx__codec *codec;
    int rc = rvx__resolver_codec(lookup->request.resolver, &codec);

    if (rc == -ENOMEM)
        return rc;
    for (size_t i = 0; i < rvx__answer_n(&lookup->answer); i++) {
        struct rvx__view data = rvx__result_data(lookup, i);

        if (print_txt(texts, rvx__answer_record(&lookup->answer, i)->type, data)) {
            rvx__buf_add_byte(texts, '\0');
            continue;
        }
        if (rc < 0 || !print_by_codec(texts, codec, rvx__answer_record(&lookup->answer, i), data))
            print_unknown(texts, data);
        rvx__buf_add_byte(texts, '\0');
    }
    return texts->error;
}

static void fill(struct rvx__result *result, const struct rvx__lookup *lookup, struct rvx__view texts,
                 struct rvx_record *v)
{
    for (size_t i = 0; i < rvx__answer_n(&lookup->answer); i++) {
        const struct rvx__answer_record *record = rvx__answer_record(&lookup->answer, i);
        struct rvx__view data = rvx__result_data(lookup, i), text = rvx__view_of(NULL, 0);
        const char *name = rvx__answer_text(&lookup->answer, record->name);

        rvx__view_take_until(&texts, '\0', &text);
        v[i] = (struct rvx_record){
            .name = rvx__result_text(result, rvx__view_text(name)),
            .type = record->type,
            .class_ = record->class_,
            .ttl = record->ttl,
            .data = (const unsigned char *)rvx__result_text(result, data),
            .data_len = data.len,
            .text = rvx__result_text(result, text),
        };
    }
}

/* Bytes of all records, with their names and data. */
static size_t count_room(const struct rvx__lookup *lookup)
{
    size_t n = rvx__answer_n(&lookup->answer), room = n * (sizeof(struct rvx_record) + 3);

    for (size_t i = 0; i < n; i++) {
        const char *name = rvx__answer_text(&lookup->answer, rvx__answer_record(&lookup->answer, i)->name);

        room += strlen(name) + rvx__result_data(lookup, i).len;
    }
    return room;
}

static int make_records(struct rvx__lookup *lookup, void **made)
{
    size_t n = rvx__answer_n(&lookup->answer);
    struct rvx__result result;
    struct rvx_records *records;
    struct rvx_record *v;
    struct rvx__buf texts;
    int rc;

    rvx__buf_init_heap(&texts, TEXTS_MAX);
    rc = print_all(lookup, &texts);
    if (rc == 0)
        rc = rvx__result_init(&result, lookup, sizeof *records, count_room(lookup) + texts.len);
    if (rc == 0) {
        v = rvx__result_take(&result, n * sizeof *v);
        if (v != NULL)
            fill(&result, lookup, rvx__buf_view(&texts), v);
        records = (struct rvx_records *)(void *)result.about;
        records->v = v;
        records->n = n;
        rc = rvx__result_done(&result, n, made);
    }
    rvx__buf_fini(&texts);
    return rc;
}

static const struct rvx__records_kind kind = {RVX_REQUEST_RECORDS, make_records, call_records, false};

/* Is it a type that data can have, and not one of a question or of a message? */
static bool is_data_type(unsigned type)
{
    return type > 0 && type <= UINT16_MAX && type != RVX__DNS_TYPE_OPT && !(type >= 249 && type <= RVX__DNS_TYPE_ANY);
}

int rvx_query(struct rvx_resolver *resolver, const char *name, unsigned type, const struct rvx_ctx *ctx,
              struct rvx_records **records, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = type};
    void *made;
    int rc;

    *records = NULL;
    if (!is_data_type(type))
        return rvx__error_option(err, "type", rvx__view_of(NULL, 0));
    rc = rvx__records_find(resolver, &what, ctx, &made, err);
    *records = made;
    return rc;
}

int rvx_query_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, unsigned type,
                    rvx_time deadline, rvx_records_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = type};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    if (op != NULL)
        *op = NULL;
    if (!is_data_type(type))
        return RVX_EOPTIONS;
    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_records_free(struct rvx_records *records)
{
    rvx__free(records);
}

unsigned rvx_type_parse(const char *text)
{
    uint16_t type;

    return rvx__dns_type_parse(rvx__view_text(text), &type) ? type : 0;
}

const char *rvx_type_text(unsigned type, char buf[RVX_TYPE_STRLEN])
{
    struct rvx__buf text;

    rvx__buf_init(&text, buf, RVX_TYPE_STRLEN);
    rvx__dns_type_print(&text, (uint16_t)type);
    rvx__buf_finish(&text);
    return buf;
}
