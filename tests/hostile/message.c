/* message.c - building messages, right ones and wrong ones
 *
 * Model: RFC 1035 messages written front to back; every record counts itself in the header, and modes patch what they
 * want wrong. Nothing here knows a mode. Written without the library that is tested with it, on purpose: a mistake that
 * both made would not show.
 */
#include <config.h>

#include "hostile/message.h"

#include <arpa/inet.h>
#include <string.h>

#define TTL 60u
#define POINTER_TO_QUESTION 0xc00cu

void message_put(struct message *m, const void *bytes, size_t len)
{
    if (len > MESSAGE_MAX - m->len)
        return;
    if (len > 0)
        memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

void message_u16(struct message *m, unsigned value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

    message_put(m, bytes, sizeof bytes);
}

void message_set_u16(struct message *m, size_t at, unsigned value)
{
    m->bytes[at] = (uint8_t)(value >> 8);
    m->bytes[at + 1] = (uint8_t)value;
}

void message_reply(struct message *m, const struct ask *ask, unsigned flags)
{
    m->len = 0;
    message_u16(m, ask->id);
    message_u16(m, FLAG_QR | (ask->flags & FLAG_RD) | flags);
    message_u16(m, 1);
    message_put(m, (const uint8_t[6]){0}, 6);
    message_put(m, ask->bytes + HEADER_LEN, ask->question_len);
}

void message_count(struct message *m, enum section section)
{
    size_t at = 4 + 2 * (size_t)section;

    message_set_u16(m, at, ((unsigned)m->bytes[at] << 8 | m->bytes[at + 1]) + 1);
}

void message_add(struct message *m, enum section section, const struct data *owner, unsigned type,
                 const struct data *rdata)
{
    if (owner != NULL)
        message_put(m, owner->bytes, owner->len);
    else
        message_u16(m, POINTER_TO_QUESTION);
    message_u16(m, type);
    message_u16(m, CLASS_IN);
    message_u16(m, 0);
    message_u16(m, TTL);
    message_u16(m, (unsigned)rdata->len);
    message_put(m, rdata->bytes, rdata->len);
    message_count(m, section);
}

void message_add_opt_with(struct message *m, unsigned rcode, unsigned option, const void *value, size_t len)
{
    const uint8_t head[] = {0, 0, TYPE_OPT, 0x04, 0xd0, (uint8_t)(rcode >> 4), 0, 0, 0};

    message_put(m, head, sizeof head);
    message_u16(m, option == 0 ? 0 : (unsigned)len + 4);
    if (option != 0) {
        message_u16(m, option);
        message_u16(m, (unsigned)len);
        message_put(m, value, len);
    }
    message_count(m, SECTION_ADDITIONAL);
}

void message_add_opt(struct message *m, const struct ask *ask, unsigned rcode)
{
    if (ask->edns)
        message_add_opt_with(m, rcode, 0, NULL, 0);
}

void data_name(struct data *data, const char *text)
{
    data->len = 0;
    while (*text != '\0') {
        size_t label = strcspn(text, ".");

        if (label > 63 || label == 0 || data->len + label + 2 > NAME_MAX_LEN) {
            data->len = 0;
            break;
        }
        data->bytes[data->len] = (uint8_t)label;
        memcpy(data->bytes + data->len + 1, text, label);
        data->len += label + 1;
        text += label;
        text += *text == '.';
    }
    data->bytes[data->len++] = 0;
}

void data_below(struct data *data, const char *label, const struct ask *ask)
{
    size_t len = strlen(label);

    data->len = 0;
    if (len + 1 + ask->name_len <= NAME_MAX_LEN) {
        data->bytes[0] = (uint8_t)len;
        memcpy(data->bytes + 1, label, len);
        data->len = len + 1;
    }
    memcpy(data->bytes + data->len, ask->name, ask->name_len);
    data->len += ask->name_len;
}

static void fill(struct data *data, const struct ask *ask, const char *a, const char *aaaa, const char *name)
{
    data->len = 0;
    if (ask->type == TYPE_A && inet_pton(AF_INET, a, data->bytes) == 1)
        data->len = 4;
    else if (ask->type == TYPE_AAAA && inet_pton(AF_INET6, aaaa, data->bytes) == 1)
        data->len = 16;
    else if (ask->type == TYPE_PTR)
        data_name(data, name);
}

void data_good(struct data *data, const struct ask *ask)
{
    fill(data, ask, GOOD_A, GOOD_AAAA, GOOD_NAME);
}

void data_evil(struct data *data, const struct ask *ask)
{
    fill(data, ask, EVIL_A, EVIL_AAAA, EVIL_NAME);
}

void message_good(struct message *m, const struct ask *ask)
{
    struct data rdata;

    data_good(&rdata, ask);
    if (rdata.len == 0) {
        message_negative(m, ask, 0);
        return;
    }
    message_reply(m, ask, FLAG_RA);
    message_add(m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt(m, ask, 0);
}

void message_evil(struct message *m, const struct ask *ask)
{
    struct data rdata;

    data_evil(&rdata, ask);
    message_reply(m, ask, FLAG_RA);
    message_add(m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt(m, ask, 0);
}

void message_rcode(struct message *m, const struct ask *ask, unsigned rcode)
{
    message_reply(m, ask, FLAG_RA | (rcode & 0xf));
    message_add_opt(m, ask, rcode);
}

void message_negative(struct message *m, const struct ask *ask, unsigned rcode)
{
    static const uint8_t soa[] = {0, 0, 0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 3, 132, 0, 9, 58, 128, 0, 0, 0, 60};
    struct data root = {.len = 1}, rdata = {.len = sizeof soa};

    /* Of the root zone, so that it proves what it says for names and addresses alike. */
    memcpy(rdata.bytes, soa, sizeof soa);
    message_reply(m, ask, FLAG_RA | rcode);
    message_add(m, SECTION_AUTHORITY, &root, TYPE_SOA, &rdata);
    message_add_opt(m, ask, 0);
}
