/* modes_chain.c - aliases, and records that are not on their way from the question to the answer
 *
 * RFC 1034 section 3.6.2, RFC 2181 section 5.4.1: only the records of the asked name, or of the name at the end of its
 * aliases, are an answer. Whatever else is in a message may be the attacker's, who owns another name and its server.
 */
#include <config.h>

#include "hostile/modes.h"

#include <stdio.h>
#include <string.h>

static const char victim[] = "victim." ZONE;

static void add_alias(struct message *m, const struct data *from, const struct data *to)
{
    message_add(m, SECTION_ANSWER, from, TYPE_CNAME, to);
}

static void add_good(struct message *m, const struct data *owner, const struct ask *ask)
{
    struct data rdata;

    data_good(&rdata, ask);
    message_add(m, SECTION_ANSWER, owner, ask->type, &rdata);
}

static void add_evil(struct message *m, enum section section, const struct data *owner, const struct ask *ask)
{
    struct data rdata;

    data_evil(&rdata, ask);
    message_add(m, section, owner, ask->type, &rdata);
}

static void finish(struct message *m, const struct ask *ask, struct script *script)
{
    message_add_opt(m, ask, 0);
    script_send(script, 0, m);
}

/* The name of link `i`, below the zone; link 0 is the name asked. */
static const struct data *link_name(struct data *data, const struct ask *ask, unsigned i)
{
    char text[64];

    if (i == 0)
        return NULL;
    snprintf(text, sizeof text, "link%u-%u.good." ZONE, i, (unsigned)ask->type);
    data_name(data, text);
    return data;
}

static void answer_chain(const struct ask *ask, struct script *script, unsigned n, bool reversed)
{
    struct message m;
    struct data from, to;

    message_reply(&m, ask, FLAG_RA);
    if (reversed)
        add_good(&m, link_name(&from, ask, n), ask);
    for (unsigned i = 0; i < n; i++) {
        unsigned at = reversed ? n - 1 - i : i;

        link_name(&to, ask, at + 1);
        add_alias(&m, link_name(&from, ask, at), &to);
    }
    if (!reversed)
        add_good(&m, link_name(&from, ask, n), ask);
    finish(&m, ask, script);
}

static void answer_chain_8(const struct ask *ask, struct script *script)
{
    answer_chain(ask, script, 8, false);
}

static void answer_chain_20(const struct ask *ask, struct script *script)
{
    answer_chain(ask, script, 20, false);
}

static void answer_chain_50(const struct ask *ask, struct script *script)
{
    answer_chain(ask, script, 50, false);
}

static void answer_chain_reversed(const struct ask *ask, struct script *script)
{
    answer_chain(ask, script, 5, true);
}

/* The alias alone; its target gives the good answer when it is asked for. */
static void answer_alias_only(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data to;

    message_reply(&m, ask, FLAG_RA);
    add_alias(&m, NULL, link_name(&to, ask, 1));
    finish(&m, ask, script);
}

/* Likewise, and the attacker adds what he says the target's address is, in the wrong place. */
static void answer_alias_glue(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data to;

    message_reply(&m, ask, FLAG_RA);
    add_alias(&m, NULL, link_name(&to, ask, 1));
    add_evil(&m, SECTION_ADDITIONAL, &to, ask);
    finish(&m, ask, script);
}

static void answer_alias_loop(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data asked = {.len = ask->name_len}, other;

    memcpy(asked.bytes, ask->name, ask->name_len);
    message_reply(&m, ask, FLAG_RA);
    add_alias(&m, NULL, link_name(&other, ask, 1));
    add_alias(&m, &other, &asked);
    finish(&m, ask, script);
}

static void answer_alias_to_itself(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data asked = {.len = ask->name_len};

    memcpy(asked.bytes, ask->name, ask->name_len);
    message_reply(&m, ask, FLAG_RA);
    add_alias(&m, NULL, &asked);
    finish(&m, ask, script);
}

/* Whatever is asked for is an alias of something else. */
static void answer_alias_endless(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data to;
    char text[64];
    size_t len;
    const uint8_t *label = ask_label(ask, 3, &len);
    unsigned depth = 0;

    if (label == NULL || sscanf((const char *)label, "hop%u", &depth) != 1)
        depth = 0;
    snprintf(text, sizeof text, "hop%u.alias-endless." ZONE, depth + 1);
    data_name(&to, text);
    message_reply(&m, ask, FLAG_RA);
    add_alias(&m, NULL, &to);
    finish(&m, ask, script);
}

static void answer_unrelated_only(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data owner;

    data_name(&owner, victim);
    message_reply(&m, ask, FLAG_RA);
    add_evil(&m, SECTION_ANSWER, &owner, ask);
    finish(&m, ask, script);
}

static void answer_unrelated_too(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data owner;

    data_name(&owner, victim);
    message_reply(&m, ask, FLAG_RA);
    add_evil(&m, SECTION_ANSWER, &owner, ask);
    add_good(&m, NULL, ask);
    finish(&m, ask, script);
}

/* The attacker's data for the asked name, in the section for hints; nothing in the one for answers. */
static void answer_additional_only(const struct ask *ask, struct script *script)
{
    struct message m;

    message_reply(&m, ask, FLAG_RA);
    add_evil(&m, SECTION_ADDITIONAL, NULL, ask);
    finish(&m, ask, script);
}

static void answer_additional_too(const struct ask *ask, struct script *script)
{
    struct message m;

    message_reply(&m, ask, FLAG_RA);
    add_good(&m, NULL, ask);
    add_evil(&m, SECTION_AUTHORITY, NULL, ask);
    add_evil(&m, SECTION_ADDITIONAL, NULL, ask);
    finish(&m, ask, script);
}

/* A name whose first label is what no host is called; with addresses the good answer is at the end of it, with names
 * the good one is beside it. */
static void answer_odd_label(const struct ask *ask, struct script *script, const char *label, size_t len)
{
    struct message m;
    struct data odd, zone;

    data_name(&zone, EVIL_NAME);
    odd.bytes[0] = (uint8_t)len;
    memcpy(odd.bytes + 1, label, len);
    memcpy(odd.bytes + 1 + len, zone.bytes, zone.len);
    odd.len = 1 + len + zone.len;
    message_reply(&m, ask, FLAG_RA);
    if (ask->type == TYPE_PTR)
        message_add(&m, SECTION_ANSWER, NULL, TYPE_PTR, &odd);
    else
        add_alias(&m, NULL, &odd);
    add_good(&m, ask->type == TYPE_PTR ? NULL : &odd, ask);
    finish(&m, ask, script);
}

static void answer_label_space(const struct ask *ask, struct script *script)
{
    answer_odd_label(ask, script, "a b", 3);
}

static void answer_label_nul(const struct ask *ask, struct script *script)
{
    answer_odd_label(ask, script, "a\0b", 3);
}

static void answer_label_shell(const struct ask *ask, struct script *script)
{
    answer_odd_label(ask, script, "a;$(b)`c`", 9);
}

static void answer_label_dot(const struct ask *ask, struct script *script)
{
    answer_odd_label(ask, script, "good.example", 12);
}

static void answer_label_newline(const struct ask *ask, struct script *script)
{
    answer_odd_label(ask, script, "a\n6.6.6.6 b", 11);
}

const struct mode modes_chain[] = {
    {"chain-8", WANT_GOOD, WANT_GOOD, answer_chain_8, "8 aliases"},
    {"chain-20", WANT_GOOD, WANT_GOOD, answer_chain_20, "20 aliases"},
    {"chain-50", WANT_GOOD, WANT_GOOD, answer_chain_50, "50 aliases"},
    {"chain-reversed", WANT_GOOD, WANT_GOOD, answer_chain_reversed, "5 aliases, last one first"},
    {"alias-only", WANT_GOOD, WANT_GOOD, answer_alias_only, "an alias whose target has to be asked for"},
    {"alias-glue", WANT_GOOD, WANT_GOOD, answer_alias_glue,
     "likewise, a false answer for it in the additional section"},
    {"alias-loop", WANT_FAIL, WANT_FAIL, answer_alias_loop, "aliases in a circle"},
    {"alias-to-itself", WANT_FAIL, WANT_FAIL, answer_alias_to_itself, "an alias of itself"},
    {"alias-endless", WANT_FAIL, WANT_FAIL, answer_alias_endless, "an alias, whatever is asked for"},
    {"unrelated-only", WANT_NOTHING, WANT_NOTHING, answer_unrelated_only, "a record of another name alone"},
    {"unrelated-too", WANT_GOOD, WANT_GOOD, answer_unrelated_too, "a record of another name beside the good one"},
    {"additional-only", WANT_NOTHING, WANT_NOTHING, answer_additional_only, "a record in the additional section alone"},
    {"additional-too", WANT_GOOD, WANT_GOOD, answer_additional_too, "false records in the other sections"},
    {"label-space", WANT_GOOD, WANT_GOOD, answer_label_space, "a name with a space"},
    {"label-nul", WANT_GOOD, WANT_GOOD, answer_label_nul, "a name with a NUL"},
    {"label-shell", WANT_GOOD, WANT_GOOD, answer_label_shell, "a name with ;$(`"},
    {"label-dot", WANT_GOOD, WANT_GOOD, answer_label_dot, "a label with a dot in it"},
    {"label-newline", WANT_GOOD, WANT_GOOD, answer_label_newline, "a name with a line end"},
    {NULL, WANT_GOOD, WANT_GOOD, NULL, NULL},
};
