/* show.c - printing what was found: readable, short, or as JSON
 *
 * Every answer is a name, items, and what is known about the answer as a whole. An item is printed as one text, which
 * is all there is of it in the first two styles; JSON has its parts.
 */
#include <config.h>

#include "resolvx_lookup/show.h"

#include <stdio.h>
#include <string.h>

#include "resolvx_lookup/flaw.h"
#include "resolvx_lookup/options.h"
#include "text.h"

#define LINE_SIZE (TEXT_GROWTH * 1100)

/* --- the parts of every answer --- */

static void print_text(const char *data, size_t len, enum text_style style)
{
    char shown[LINE_SIZE];

    while (len > 0) { /* in pieces: a TXT record may be long */
        size_t n = len < 1000 ? len : 1000;

        fwrite(shown, 1, text_visible(shown, sizeof shown, data, n, style), stdout);
        data += n;
        len -= n;
    }
}

/* A name or a record as in a zone file: a backslash in it is such a file's escape already. */
static void print_visible(const char *text)
{
    print_text(text, strlen(text), TEXT_MESSAGE);
}

static void begin_answer(struct show *show, const char *name)
{
    if (show->style == SHOW_JSON) {
        json_open(&show->json, NULL, '{');
        json_text(&show->json, "command", show->command);
        json_text(&show->json, "name", name);
    } else if (show->style == SHOW_READABLE) {
        print_visible(name);
        putchar('\n');
    }
}

static void begin_item(const struct show *show)
{
    if (show->style == SHOW_READABLE)
        fputs("    ", stdout);
}

static void end_item(void)
{
    putchar('\n');
}

static void print_chain(const struct rvx_about *about)
{
    if (about->chain_n == 0)
        return;
    fputs("    alias ", stdout);
    for (size_t i = 0; i < about->chain_n; i++) {
        print_visible(about->chain[i]);
        fputs(" -> ", stdout);
    }
    print_visible(about->name != NULL ? about->name : "?");
    putchar('\n');
}

static void print_about(const struct rvx_about *about)
{
    print_chain(about);
    fputs("    ", stdout);
    if (about->ttl > 0)
        printf("good for %u s, ", about->ttl);
    printf("%sfrom ", about->cached ? "remembered " : "");
    print_visible(about->source != NULL ? about->source : "nowhere");
    if (about->server != NULL)
        printf(" (%s)", about->server);
    if (about->authentic)
        fputs(", authentic", stdout);
    if (about->stale)
        fputs(", past its time", stdout);
    if (about->dropped > 0)
        printf(", %u left out", about->dropped);
    putchar('\n');
}

static void add_about(struct json *json, const struct rvx_about *about)
{
    if (about->name != NULL)
        json_text(json, "canonical", about->name);
    if (about->chain_n > 0) {
        json_open(json, "chain", '[');
        for (size_t i = 0; i < about->chain_n; i++)
            json_text(json, NULL, about->chain[i]);
        json_close(json, ']');
    }
    json_number(json, "ttl", (long)about->ttl);
    if (about->source != NULL)
        json_text(json, "source", about->source);
    if (about->server != NULL)
        json_text(json, "server", about->server);
    json_bool(json, "authentic", about->authentic);
    json_bool(json, "cached", about->cached);
    if (about->stale)
        json_bool(json, "stale", true);
    if (about->dropped > 0)
        json_number(json, "dropped", (long)about->dropped);
}

static void end_answer(struct show *show, const struct rvx_about *about)
{
    if (show->style == SHOW_READABLE)
        print_about(about);
    if (show->style != SHOW_JSON)
        return;
    json_close(&show->json, ']');
    add_about(&show->json, about);
    json_close(&show->json, '}');
}

static void begin_items(struct show *show, const char *name, const char *key)
{
    begin_answer(show, name);
    if (show->style == SHOW_JSON)
        json_open(&show->json, key, '[');
}

/* An item that is a text and nothing else. */
static void show_item(struct show *show, const char *text)
{
    if (show->style == SHOW_JSON) {
        json_text(&show->json, NULL, text);
        return;
    }
    begin_item(show);
    print_visible(text);
    end_item();
}

/* --- the answers --- */

static struct rvx_about about_addrs(const struct rvx_addrs *addrs)
{
    return (struct rvx_about){
        .name = addrs->canonical,
        .source = addrs->source,
        .server = addrs->server,
        .chain = addrs->chain,
        .chain_n = addrs->chain_n,
        .ttl = addrs->ttl,
        .authentic = addrs->authentic,
        .cached = addrs->cached,
        .stale = addrs->stale,
    };
}

void show_addrs(struct show *show, const char *name, const struct rvx_addrs *addrs)
{
    struct rvx_about about = about_addrs(addrs);
    char text[RVX_ADDR_STRLEN];

    begin_items(show, name, "addresses");
    for (size_t i = 0; i < addrs->n; i++)
        show_item(show, rvx_addr_host_text(&addrs->v[i], text));
    end_answer(show, &about);
}

void show_names(struct show *show, const char *name, const struct rvx_names *names)
{
    begin_items(show, name, "names");
    for (size_t i = 0; i < names->n; i++)
        show_item(show, names->v[i]);
    end_answer(show, &names->about);
}

void show_txts(struct show *show, const char *name, const struct rvx_txts *txts)
{
    begin_items(show, name, "texts");
    for (size_t i = 0; i < txts->n; i++) {
        if (show->style == SHOW_JSON) {
            json_bytes(&show->json, NULL, txts->v[i].text.data, txts->v[i].text.len);
            continue;
        }
        begin_item(show);
        print_text(txts->v[i].text.data, txts->v[i].text.len, TEXT_DATA);
        end_item();
    }
    end_answer(show, &txts->about);
}

void show_mxs(struct show *show, const char *name, const struct rvx_mxs *mxs)
{
    struct json *json = &show->json;

    begin_items(show, name, "exchangers");
    for (size_t i = 0; i < mxs->n; i++) {
        const struct rvx_mx *mx = &mxs->v[i];

        if (show->style == SHOW_JSON) {
            json_open(json, NULL, '{');
            json_number(json, "preference", mx->preference);
            json_text(json, "host", mx->host);
            json_close(json, '}');
            continue;
        }
        begin_item(show);
        printf("%u ", (unsigned)mx->preference);
        print_visible(mx->host);
        end_item();
    }
    end_answer(show, &mxs->about);
}

void show_srvs(struct show *show, const char *name, const struct rvx_srvs *srvs)
{
    struct json *json = &show->json;

    begin_items(show, name, "services");
    for (size_t i = 0; i < srvs->n; i++) {
        const struct rvx_srv *srv = &srvs->v[i];

        if (show->style == SHOW_JSON) {
            json_open(json, NULL, '{');
            json_number(json, "priority", srv->priority);
            json_number(json, "weight", srv->weight);
            json_number(json, "port", srv->port);
            json_text(json, "target", srv->target);
            json_close(json, '}');
            continue;
        }
        begin_item(show);
        printf("%u %u %u ", (unsigned)srv->priority, (unsigned)srv->weight, (unsigned)srv->port);
        print_visible(srv->target);
        end_item();
    }
    end_answer(show, &srvs->about);
}

static void add_list(struct json *json, const char *key, const char *const *texts, size_t n)
{
    if (n == 0)
        return;
    json_open(json, key, '[');
    for (size_t i = 0; i < n; i++)
        json_text(json, NULL, texts[i]);
    json_close(json, ']');
}

static void add_endpoint(struct json *json, const struct rvx_endpoint *endpoint)
{
    char text[RVX_ADDR_STRLEN];

    json_open(json, NULL, '{');
    json_number(json, "priority", endpoint->priority);
    json_text(json, "target", endpoint->target);
    if (endpoint->port != 0)
        json_number(json, "port", endpoint->port);
    add_list(json, "alpn", endpoint->alpn, endpoint->alpn_n);
    if (endpoint->hints_n > 0) {
        json_open(json, "hints", '[');
        for (size_t i = 0; i < endpoint->hints_n; i++)
            json_text(json, NULL, rvx_addr_host_text(&endpoint->hints[i], text));
        json_close(json, ']');
    }
    if (endpoint->ech != NULL)
        json_number(json, "ech_bytes", (long)endpoint->ech_len);
    json_bool(json, "understood", endpoint->understood);
    json_close(json, '}');
}

static void print_endpoint(const struct rvx_endpoint *endpoint)
{
    char text[RVX_ADDR_STRLEN];

    printf("%u ", (unsigned)endpoint->priority);
    print_visible(endpoint->target);
    if (endpoint->port != 0)
        printf(" port=%u", (unsigned)endpoint->port);
    for (size_t i = 0; i < endpoint->alpn_n; i++) {
        fputs(i == 0 ? " alpn=" : ",", stdout);
        print_text(endpoint->alpn[i], strlen(endpoint->alpn[i]), TEXT_DATA);
    }
    for (size_t i = 0; i < endpoint->hints_n; i++)
        printf("%s%s", i == 0 ? " hints=" : ",", rvx_addr_host_text(&endpoint->hints[i], text));
    if (endpoint->ech != NULL)
        printf(" ech=%zu bytes", endpoint->ech_len);
    if (!endpoint->understood)
        fputs(" (not understood)", stdout);
}

void show_https(struct show *show, const char *name, const struct rvx_https *https)
{
    begin_items(show, name, "endpoints");
    for (size_t i = 0; i < https->n; i++) {
        if (show->style == SHOW_JSON) {
            add_endpoint(&show->json, &https->v[i]);
            continue;
        }
        begin_item(show);
        print_endpoint(&https->v[i]);
        end_item();
    }
    end_answer(show, &https->about);
}

void show_records(struct show *show, const char *name, const struct rvx_records *records)
{
    struct json *json = &show->json;
    char type[RVX_TYPE_STRLEN];

    begin_items(show, name, "records");
    for (size_t i = 0; i < records->n; i++) {
        const struct rvx_record *record = &records->v[i];

        if (show->style == SHOW_JSON) {
            json_open(json, NULL, '{');
            json_text(json, "name", record->name);
            json_text(json, "type", rvx_type_text(record->type, type));
            json_number(json, "ttl", (long)record->ttl);
            json_text(json, "data", record->text);
            json_close(json, '}');
            continue;
        }
        begin_item(show);
        print_visible(record->text);
        end_item();
    }
    end_answer(show, &records->about);
}

void show_port(struct show *show, const char *name, const char *network, uint16_t port)
{
    struct json *json = &show->json;

    switch (show->style) {
    case SHOW_SHORT:
        printf("%u\n", (unsigned)port);
        break;
    case SHOW_READABLE:
        print_visible(name);
        printf("\n    %u/%s\n", (unsigned)port, network);
        break;
    case SHOW_JSON:
        begin_answer(show, name);
        json_text(json, "network", network);
        json_number(json, "port", port);
        json_close(json, '}');
        break;
    }
}

static void add_error(struct json *json, int code, const char *text, const struct rvx_error *err)
{
    json_text(json, "error", text);
    json_bool(json, "not_found", rvx_is_not_found(code));
    json_bool(json, "temporary", rvx_is_temporary(code));
    if (err->nodata)
        json_bool(json, "no_data", true);
    if (err->server[0] != '\0')
        json_text(json, "server", err->server);
    if (err->rcode != 0)
        json_number(json, "rcode", err->rcode);
    if (err->has_ede)
        json_number(json, "extended_error", err->ede);
    if (err->ede_text[0] != '\0')
        json_text(json, "extended_text", err->ede_text);
}

/* What the library's line leaves open, or NULL. */
static const char *explain_error(const char *name, int code, const struct rvx_error *err)
{
    if (err->nodata)
        return "it exists, without such records";
    return *name == '\0' || (code == RVX_ENOTFOUND && err->server[0] == '\0') ? flaw_of(name) : NULL;
}

void show_error(struct show *show, const char *name, int code, const struct rvx_error *err)
{
    struct rvx_error copy = *err;
    const char *text = rvx_error_text(&copy);
    const char *more = explain_error(name, code, err);

    if (more != NULL)
        cli_error(&resolvx_program, "%s (%s)", text, more);
    else
        cli_error(&resolvx_program, "%s", text);
    if (show->style != SHOW_JSON)
        return;
    begin_answer(show, name);
    add_error(&show->json, code, text, &copy);
    json_close(&show->json, '}');
}
