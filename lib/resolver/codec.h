/* codec.h - everything that libldns does for the library
 *
 * codec.c is the one file that includes <ldns/ldns.h>. The library itself is loaded with the first DNS question, under
 * the name that it had when this one was built; figures in ARCHITECTURE.md. What is read with it has passed the gate
 * (dns/gate.h) before.
 */
#ifndef RVX_RESOLVER_CODEC_H
#define RVX_RESOLVER_CODEC_H

#include "base/buf.h"
#include "base/log.h"
#include "dns/gate.h"
#include "dns/shape.h"

struct rvx_resolver;
struct rvx__codec;

/* Loads libldns and makes the shapes.
 * Returns: 0; -ENOMEM; RVX_EUNAVAIL if it cannot be loaded, or is not the library that was expected; the log has why.
 * Ownership: one reference.  Thread: any. */
int rvx__codec_new(const struct rvx__log *log, struct rvx__codec **codec);

struct rvx__codec *rvx__codec_ref(struct rvx__codec *codec);
void rvx__codec_unref(struct rvx__codec *codec); /* may be NULL; libldns stays loaded */

/* The codec of a resolver, loaded with the first call.  Returns: as rvx__codec_new(); borrowed for the resolver's life.
 * Thread: any. */
int rvx__resolver_codec(struct rvx_resolver *resolver, struct rvx__codec **codec);

/* Queries, RVX__SHAPES_N of them, by enum rvx__shape_flags; they live as long as the codec. */
const struct rvx__shape *rvx__codec_shapes(const struct rvx__codec *codec);

/* Appends the RDATA of a record of a gated message, as a zone file may have it.
 * Returns: 0; -ENOMEM; RVX_ETOOLONG, the text's bound; RVX_EUNAVAIL if libldns does not understand it. */
int rvx__codec_rdata_text(const struct rvx__codec *codec, const struct rvx__message *message, const struct rvx__rr *rr,
                          struct rvx__buf *text);

#endif
