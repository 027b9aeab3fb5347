/* codec.c - libldns, loaded when it is first needed
 *
 * The library is loaded with dlopen(3) under the soname that configure found, and used through a table of functions:
 * what is not in the table cannot be called, and tests/lint/ldns.allow says why each of them is there. Programs that
 * never ask DNS pay neither for libldns nor for the libcrypto that it stands on. It is never unloaded again
 * (RTLD_NODELETE), as libcrypto does not count on that.
 *
 * Queries: one for each shape, made by ldns once, and stamped for each question by dns/shape.c. To have ldns make every
 * query would cost some 35 allocations each.
 *
 * Not done: ldns's resolver, its network and its random numbers, and its parser on the way of addresses.
 */
#include <config.h>

#include "resolver/codec.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/mem.h"
#include "resolver/resolver.h"

/* What is used of libldns. The types are its header's, so calls are checked as if they were direct. */
struct functions {
    __typeof__(ldns_dname_new_frm_str) *dname_new_frm_str;
    __typeof__(ldns_rdf_deep_free) *rdf_deep_free;
    __typeof__(ldns_pkt_query_new) *pkt_query_new;
    __typeof__(ldns_pkt_set_edns_udp_size) *pkt_set_edns_udp_size;
    __typeof__(ldns_pkt_set_edns_do) *pkt_set_edns_do;
    __typeof__(ldns_pkt2wire) *pkt2wire;
    __typeof__(ldns_pkt_free) *pkt_free;
    __typeof__(ldns_wire2rr) *wire2rr;
    __typeof__(ldns_rr2str) *rr2str;
    __typeof__(ldns_rr_free) *rr_free;
};

static const struct {
    const char *name;
    size_t at; /* in struct functions */
} function_names[] = {
    {"ldns_dname_new_frm_str", offsetof(struct functions, dname_new_frm_str)},
    {"ldns_rdf_deep_free", offsetof(struct functions, rdf_deep_free)},
    {"ldns_pkt_query_new", offsetof(struct functions, pkt_query_new)},
    {"ldns_pkt_set_edns_udp_size", offsetof(struct functions, pkt_set_edns_udp_size)},
    {"ldns_pkt_set_edns_do", offsetof(struct functions, pkt_set_edns_do)},
    {"ldns_pkt2wire", offsetof(struct functions, pkt2wire)},
    {"ldns_pkt_free", offsetof(struct functions, pkt_free)},
    {"ldns_wire2rr", offsetof(struct functions, wire2rr)},
    {"ldns_rr2str", offsetof(struct functions, rr2str)},
    {"ldns_rr_free", offsetof(struct functions, rr_free)},
};

struct rvx__codec {
    atomic_uint refs;
    void *library; /* dlopen's */
    struct functions ldns;
    struct rvx__shape shapes[RVX__SHAPES_N];
};

/* The loader keeps its last words for each thread. */
static int tell_unavailable(const struct rvx__log *log)
{
    const char *words = dlerror();

    rvx__log(log, RVX_LOG_WARNING, "DNS is not available: %s", words != NULL ? words : "libldns cannot be used");
    return RVX_EUNAVAIL;
}

static int load_library(struct rvx__codec *codec, const struct rvx__log *log)
{
    codec->library = dlopen(RVX_LDNS_SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (codec->library == NULL)
        return tell_unavailable(log);
    for (size_t i = 0; i < sizeof function_names / sizeof function_names[0]; i++) {
        void *symbol = dlsym(codec->library, function_names[i].name);

        if (symbol == NULL)
            return tell_unavailable(log);
        memcpy((char *)&codec->ldns + function_names[i].at, &symbol, sizeof symbol);
    }
    return 0;
}

static uint16_t header_flags(unsigned flags)
{
    unsigned header = (flags & RVX__SHAPE_NO_RD) != 0 ? 0 : LDNS_RD;

    if ((flags & RVX__SHAPE_AD) != 0)
        header |= LDNS_AD;
    if ((flags & RVX__SHAPE_CD) != 0)
        header |= LDNS_CD;
    return (uint16_t)header;
}

/* "." IN A with these flags; NULL: out of memory. */
static ldns_pkt *make_query(const struct functions *ldns, unsigned flags)
{
    ldns_rdf *root = ldns->dname_new_frm_str(".");
    ldns_pkt *pkt;

    if (root == NULL)
        return NULL;
    pkt = ldns->pkt_query_new(root, LDNS_RR_TYPE_A, LDNS_RR_CLASS_IN, header_flags(flags));
    if (pkt == NULL) {
        ldns->rdf_deep_free(root);
        return NULL;
    }
    if ((flags & RVX__SHAPE_EDNS) != 0) {
        ldns->pkt_set_edns_udp_size(pkt, RVX__DNS_UDP_SIZE);
        ldns->pkt_set_edns_do(pkt, (flags & RVX__SHAPE_DO) != 0);
    }
    return pkt;
}

static int make_shape(struct rvx__codec *codec, unsigned flags)
{
    struct rvx__shape *shape = &codec->shapes[flags];
    ldns_pkt *pkt = make_query(&codec->ldns, flags);
    ldns_status status = LDNS_STATUS_MEM_ERR;
    uint8_t *wire = NULL;
    int rc = -ENOMEM;

    if (pkt != NULL)
        status = codec->ldns.pkt2wire(&wire, pkt, &shape->len);
    if (status != LDNS_STATUS_OK)
        goto out;
    rc = RVX_EUNAVAIL;
    if (shape->len > sizeof shape->bytes)
        goto out;
    memcpy(shape->bytes, wire, shape->len);
    shape->has_opt = (flags & RVX__SHAPE_EDNS) != 0;
    if (rvx__shape_is_valid(shape))
        rc = 0;
out:
    rvx__free(wire);
    if (pkt != NULL)
        codec->ldns.pkt_free(pkt);
    return rc;
}

static int make_shapes(struct rvx__codec *codec, const struct rvx__log *log)
{
    for (unsigned flags = 0; flags < RVX__SHAPES_N; flags++) {
        int rc = make_shape(codec, flags);

        if (rc == RVX_EUNAVAIL)
            rvx__log(log, RVX_LOG_WARNING, "DNS is not available: %s makes queries that are not understood",
                     RVX_LDNS_SONAME);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int rvx__codec_new(const struct rvx__log *log, struct rvx__codec **out)
{
    struct rvx__codec *codec = rvx__calloc(1, sizeof *codec);
    int rc;

    *out = NULL;
    if (codec == NULL)
        return -ENOMEM;
    atomic_init(&codec->refs, 1);
    rc = load_library(codec, log);
    if (rc == 0)
        rc = make_shapes(codec, log);
    if (rc < 0) {
        rvx__codec_unref(codec);
        return rc;
    }
    *out = codec;
    return 0;
}

struct rvx__codec *rvx__codec_ref(struct rvx__codec *codec)
{
    atomic_fetch_add_explicit(&codec->refs, 1, memory_order_relaxed);
    return codec;
}

void rvx__codec_unref(struct rvx__codec *codec)
{
    if (codec == NULL || atomic_fetch_sub_explicit(&codec->refs, 1, memory_order_acq_rel) > 1)
        return;
    if (codec->library != NULL)
        dlclose(codec->library);
    rvx__free(codec);
}

int rvx__resolver_codec(struct rvx_resolver *resolver, struct rvx__codec **out)
{
    struct rvx__codec *codec = atomic_load_explicit(&resolver->codec, memory_order_acquire);
    struct rvx__codec *none = NULL;
    int rc;

    *out = codec;
    if (codec != NULL)
        return 0;
    rc = rvx__codec_new(&resolver->options.log, &codec);
    if (rc < 0)
        return rc;
    if (!atomic_compare_exchange_strong(&resolver->codec, &none, codec)) {
        rvx__codec_unref(codec); /* another thread was first */
        codec = none;
    }
    *out = codec;
    return 0;
}

const struct rvx__shape *rvx__codec_shapes(const struct rvx__codec *codec)
{
    return codec->shapes;
}

/* "." TTL CLASS TYPE and the data, with tabs between them: the data. */
static struct rvx__view find_data(struct rvx__view line)
{
    struct rvx__view piece;

    rvx__view_take_line(&line, &piece);
    line = piece;
    for (int i = 0; i < 4; i++) {
        if (!rvx__view_take_until(&line, '\t', &piece))
            return rvx__view_of(NULL, 0);
    }
    return rvx__view_trim(line);
}

int rvx__codec_rdata_text(const struct rvx__codec *codec, const struct rvx__message *message, const struct rvx__rr *rr,
                          struct rvx__buf *text)
{
    const uint8_t *bytes = (const uint8_t *)message->bytes.data;
    size_t at = rr->owner;
    ldns_rr *parsed = NULL;
    char *line = NULL;
    int rc = RVX_EUNAVAIL;

    if (message->ours_only ||
        codec->ldns.wire2rr(&parsed, bytes, message->bytes.len, &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        goto out;
    line = codec->ldns.rr2str(parsed);
    rc = -ENOMEM;
    if (line == NULL)
        goto out;
    rvx__buf_add(text, find_data(rvx__view_text(line)));
    rc = text->error;
out:
    rvx__free(line);
    codec->ldns.rr_free(parsed);
    return rc;
}
