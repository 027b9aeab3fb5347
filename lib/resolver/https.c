/* https.c - HTTPS records: where an HTTPS service is and how to speak to it, RFC 9460
 *
 * A set with one malformed record is malformed as a whole (section 2.2): whoever made it cannot be asked what was
 * meant, and following half of it may lead where nobody wanted. Parameters that nobody here knows are handed out as
 * bytes; one that is mandatory and unknown makes its endpoint one that is not understood, which is for the caller to
 * leave out. An alias's parameters are ignored.
 */
#include <config.h>

#include "resolver/records.h"

#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/result.h"

#define KEY_MANDATORY 0
#define KEY_ALPN 1
#define KEY_NO_DEFAULT_ALPN 2
#define KEY_PORT 3
#define KEY_IPV4HINT 4
#define KEY_ECH 5
#define KEY_IPV6HINT 6

/* Takes one parameter; false at the end, and where it is cut off. */
static bool take_param(struct rvx__view *data, uint16_t *key, struct rvx__view *value)
{
    size_t len = rvx__wire_u16(*data, 2);

    if (data->len < 4 + len)
        return false;
    *key = rvx__wire_u16(*data, 0);
    *value = rvx__wire_part(*data, 4, len);
    *data = rvx__view_from(*data, 4 + len);
    return true;
}

static bool find_param(struct rvx__view params, uint16_t wanted, struct rvx__view *value)
{
    uint16_t key;

    while (take_param(&params, &key, value)) {
        if (key == wanted)
            return true;
    }
    return false;
}

/* Takes one protocol's name; false at the end, and for an empty one. */
static bool take_alpn(struct rvx__view *value, struct rvx__view *alpn)
{
    size_t len = rvx__wire_u8(*value, 0);

    if (len == 0 || value->len < 1 + len)
        return false;
    *alpn = rvx__wire_part(*value, 1, len);
    *value = rvx__view_from(*value, 1 + len);
    return true;
}

static size_t count_alpn(struct rvx__view value)
{
    struct rvx__view alpn;
    size_t n = 0;

    while (take_alpn(&value, &alpn))
        n++;
    return value.len == 0 ? n : 0;
}

/* Keys in ascending order, none of them this one itself, all of them there. The parameters ascend too, or the record is
 * malformed anyway: so both are walked once, however many there are. */
static bool is_mandatory_ok(struct rvx__view value, struct rvx__view params)
{
    uint16_t last = KEY_MANDATORY, found;
    struct rvx__view ignored;

    for (size_t at = 0; at < value.len; at += 2) {
        uint16_t key = rvx__wire_u16(value, at);

        if (key <= last)
            return false;
        do {
            if (!take_param(&params, &found, &ignored))
                return false;
        } while (found < key);
        if (found != key)
            return false;
        last = key;
    }
    return value.len > 0 && value.len % 2 == 0;
}

static bool is_param_ok(uint16_t key, struct rvx__view value, struct rvx__view params)
{
    struct rvx__view found;

    switch (key) {
    case KEY_MANDATORY:
        return is_mandatory_ok(value, params);
    case KEY_ALPN:
        return count_alpn(value) > 0;
    case KEY_NO_DEFAULT_ALPN:
        return value.len == 0 && find_param(params, KEY_ALPN, &found);
    case KEY_PORT:
        return value.len == 2;
    case KEY_IPV4HINT:
        return value.len > 0 && value.len % 4 == 0;
    case KEY_ECH:
        return value.len > 0;
    case KEY_IPV6HINT:
        return value.len > 0 && value.len % 16 == 0;
    default:
        return true;
    }
}

/* How many parameters, each as it should be, in ascending order. */
static bool count_params(struct rvx__view params, size_t *n)
{
    struct rvx__view rest = params, value;
    uint16_t key;
    int last = -1;

    for (*n = 0; take_param(&rest, &key, &value); ++*n) {
        if (key <= last || !is_param_ok(key, value, params))
            return false;
        last = key;
    }
    return rest.len == 0;
}

/* The parts of a record's data. False: malformed. */
static bool split(struct rvx__view data, struct rvx__name *target, struct rvx__view *params)
{
    size_t end = rvx__name_skip(data, 2), n;

    *params = rvx__view_from(data, end);
    if (data.len < 3 || !rvx__name_set(target, rvx__wire_part(data, 2, end - 2)))
        return false;
    if (!rvx__name_wire_is_host(rvx__name_view(target)))
        return false;
    if (rvx__wire_u16(data, 0) == 0)
        *params = rvx__view_of(NULL, 0);
    return count_params(*params, &n);
}

static void fill_alpn(struct rvx__result *result, struct rvx__view value, struct rvx_endpoint *endpoint)
{
    size_t n = count_alpn(value);
    const char **v = rvx__result_take(result, n * sizeof *v);
    struct rvx__view alpn;

    for (size_t i = 0; v != NULL && take_alpn(&value, &alpn); i++)
        v[i] = rvx__result_text(result, alpn);
    endpoint->alpn = v;
    endpoint->alpn_n = n;
}

static void fill_hints(struct rvx__result *result, struct rvx__view params, struct rvx_endpoint *endpoint)
{
    struct rvx__view ipv4 = rvx__view_of(NULL, 0), ipv6 = ipv4;
    size_t n, ipv4_n;
    struct rvx_addr *v;

    if (!find_param(params, KEY_IPV4HINT, &ipv4))
        ipv4.len = 0;
    if (!find_param(params, KEY_IPV6HINT, &ipv6))
        ipv6.len = 0;
    ipv4_n = ipv4.len / 4;
    n = ipv4_n + ipv6.len / 16;
    v = rvx__result_take(result, n * sizeof *v);
    for (size_t i = 0; v != NULL && i < n; i++) {
        bool is_ipv4 = i < ipv4_n;
        struct rvx__view ip = is_ipv4 ? rvx__wire_part(ipv4, 4 * i, 4) : rvx__wire_part(ipv6, 16 * (i - ipv4_n), 16);

        v[i].family = is_ipv4 ? RVX_FAMILY_IPV4 : RVX_FAMILY_IPV6;
        memcpy(v[i].ip, ip.data, ip.len);
    }
    endpoint->hints = v;
    endpoint->hints_n = n;
}

/* Copies all parameters, and takes from the copies what has a field. */
static void fill_params(struct rvx__result *result, struct rvx__view params, struct rvx_endpoint *endpoint)
{
    struct rvx__view rest = params, value;
    struct rvx_param *v;
    uint16_t key;
    size_t n;

    count_params(params, &n);
    v = rvx__result_take(result, n * sizeof *v);
    for (size_t i = 0; v != NULL && take_param(&rest, &key, &value); i++) {
        v[i] = (struct rvx_param){key, (const unsigned char *)rvx__result_text(result, value), value.len};
        if (key == KEY_ALPN)
            fill_alpn(result, value, endpoint);
        else if (key == KEY_NO_DEFAULT_ALPN)
            endpoint->no_default_alpn = true;
        else if (key == KEY_PORT)
            endpoint->port = rvx__wire_u16(value, 0);
        else if (key == KEY_ECH) {
            endpoint->ech = v[i].data;
            endpoint->ech_len = v[i].data_len;
        }
    }
    endpoint->params = v;
    endpoint->params_n = n;
}

static bool is_understood(struct rvx__view params)
{
    struct rvx__view keys;

    if (!find_param(params, KEY_MANDATORY, &keys))
        return true;
    for (size_t at = 0; at < keys.len; at += 2) {
        if (rvx__wire_u16(keys, at) > KEY_IPV6HINT)
            return false;
    }
    return true;
}

static void fill_endpoint(struct rvx__result *result, const struct rvx__answer *answer,
                          const struct rvx__answer_record *record, struct rvx_endpoint *endpoint)
{
    struct rvx__view data = rvx__view_of(rvx__answer_text(answer, record->data), record->data_len), params;
    struct rvx__name target;

    split(data, &target, &params);
    endpoint->priority = rvx__wire_u16(data, 0);
    endpoint->ttl = record->ttl;
    /* The root stands for the record's own name, but for an alias (section 2.5). */
    if (target.len == 1 && endpoint->priority != 0)
        endpoint->target = rvx__result_text(result, rvx__view_text(rvx__answer_text(answer, record->name)));
    else
        endpoint->target = rvx__result_name(result, &target);
    endpoint->understood = is_understood(params);
    fill_params(result, params, endpoint);
    fill_hints(result, params, endpoint);
}

static void sort(struct rvx_endpoint *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rvx_endpoint moved = v[i];
        size_t at = i;

        for (; at > 0 && v[at - 1].priority > moved.priority; at--)
            v[at] = v[at - 1];
        v[at] = moved;
    }
}

/* Bytes that the endpoints take, at most. False: one is malformed. */
static bool count_room(const struct rvx__lookup *lookup, size_t *room)
{
    *room = 0;
    for (size_t i = 0; i < rvx__answer_n(&lookup->answer); i++) {
        struct rvx__view data = rvx__result_data(lookup, i), params, value;
        struct rvx__name target;
        size_t params_n;

        if (!split(data, &target, &params))
            return false;
        count_params(params, &params_n);
        *room += sizeof(struct rvx_endpoint) + 4 * sizeof(void *) + 2 * (size_t)RVX__NAME_MAX + 4 * (size_t)target.len;
        *room += params_n * (sizeof(struct rvx_param) + 1) + params.len;
        if (find_param(params, KEY_ALPN, &value))
            *room += count_alpn(value) * sizeof(char *) + value.len;
        if (find_param(params, KEY_IPV4HINT, &value))
            *room += value.len / 4 * sizeof(struct rvx_addr);
        if (find_param(params, KEY_IPV6HINT, &value))
            *room += value.len / 16 * sizeof(struct rvx_addr);
        *room += strlen(rvx__answer_text(&lookup->answer, rvx__answer_record(&lookup->answer, i)->name));
    }
    return true;
}

static int make_https(struct rvx__lookup *lookup, void **made)
{
    size_t n = rvx__answer_n(&lookup->answer), room;
    struct rvx__result result;
    struct rvx_https *https;
    struct rvx_endpoint *v;
    int rc;

    if (!count_room(lookup, &room)) {
        rvx__result_explain(lookup, "malformed HTTPS record");
        return RVX_ETRYAGAIN;
    }
    rc = rvx__result_init(&result, lookup, sizeof *https, room);
    if (rc < 0)
        return rc;
    v = rvx__result_take(&result, n * sizeof *v);
    for (size_t i = 0; v != NULL && i < n; i++)
        fill_endpoint(&result, &lookup->answer, rvx__answer_record(&lookup->answer, i), &v[i]);
    if (v != NULL) {
        rvx__result_shuffle(lookup, v, n, sizeof *v);
        sort(v, n);
    }
    https = (struct rvx_https *)(void *)result.about;
    https->v = v;
    https->n = n;
    return rvx__result_done(&result, n, made);
}

static void call_https(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_https_fn)callback)(arg, result, made, err);
}

static const struct rvx__records_kind kind = {RVX_REQUEST_RECORDS, make_https, call_https, false};

int rvx_lookup_https(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                     struct rvx_https **https, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_HTTPS};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *https = made;
    return rc;
}

int rvx_lookup_https_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, rvx_time deadline,
                           rvx_https_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_HTTPS};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_https_free(struct rvx_https *https)
{
    rvx__free(https);
}
