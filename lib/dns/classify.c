/* classify.c - the chain of aliases, and what stands at its end
 *
 * RFC 1034 section 3.6.2 for aliases, RFC 2308 for negative answers, RFC 6672 for DNAME. Work is bounded: one walk
 * collects the CNAMEs, at most RVX__CHAIN_MAX of them, the chain is followed among these alone, and one more walk
 * counts the records at its end. Most answers have no chain, and their records point to the question's name: those are
 * counted by the first walk, without a name compared.
 *
 * A DNAME comes with the CNAME that every server has to make of it for us (RFC 6672 section 3.1), and that is what is
 * followed. A recursive server that leaves it away has a fault, and what it says is believed as little as a lame one's:
 * to make the CNAME here would mean to take a whole subtree's word from it. But it is no "no such host".
 *
 * A name that stands where another one points to is compared by its position first; letters are compared only when the
 * positions differ.
 */
#include <config.h>

#include "dns/classify.h"

/* A name in a message, known by its position and its bytes. */
struct place {
    size_t at; /* its origin */
    struct rvx__view wire;
};

/* CNAMEs of the answer section, in its order. */
struct aliases {
    struct rvx__rr rrs[RVX__CHAIN_MAX];
    bool used[RVX__CHAIN_MAX];
    unsigned n;
    bool too_many;
    bool plain; /* no CNAME, and records of the asked type nowhere but where the question's name stands */
};

static bool is_at(const struct rvx__message *message, size_t owner, const struct place *place)
{
    return rvx__name_origin(message->bytes, owner) == place->at ||
           rvx__name_equal_at(message->bytes, owner, place->wire);
}

/* Is it a record of the asked type, whoever owns it? */
static bool is_asked(const struct rvx__rr *rr, const struct rvx__question *question)
{
    return rr->class_ == question->class_ && (rr->type == question->type || question->type == RVX__DNS_TYPE_ANY);
}

/* CNAMEs are followed unless they are what was asked for. */
static bool follows_aliases(const struct rvx__question *question)
{
    return question->type != RVX__DNS_TYPE_CNAME && question->type != RVX__DNS_TYPE_ANY;
}

static void take_ttl(struct rvx__finding *finding, uint32_t ttl)
{
    if (ttl < finding->ttl)
        finding->ttl = ttl;
}

/* What is neither in the answer nor in the chain counts; signatures, and the DNAMEs from which servers make CNAMEs, are
 * no strangers. */
static void count_other(const struct rvx__rr *rr, struct rvx__finding *finding)
{
    if (rr->type != RVX__DNS_TYPE_RRSIG && rr->type != RVX__DNS_TYPE_DNAME)
        finding->off_chain++;
}

static void count_answer(const struct rvx__rr *rr, struct rvx__finding *finding)
{
    finding->records++;
    take_ttl(finding, rr->ttl);
}

static void add_alias(struct aliases *aliases, const struct rvx__rr *rr)
{
    aliases->plain = false;
    if (aliases->n == RVX__CHAIN_MAX) {
        aliases->too_many = true;
        return;
    }
    aliases->used[aliases->n] = false;
    aliases->rrs[aliases->n++] = *rr;
}

/* The first walk. What it counts is good if the answer turns out to be plain. */
static void collect_aliases(const struct rvx__message *message, const struct rvx__question *question,
                            struct rvx__finding *finding, struct aliases *aliases)
{
    bool follows = follows_aliases(question);
    struct rvx__rr rr;
    size_t at = 0;

    aliases->n = 0;
    aliases->too_many = false;
    aliases->plain = true;
    while (rvx__message_next(message, RVX__DNS_ANSWER, &at, &rr)) {
        if (follows && rr.type == RVX__DNS_TYPE_CNAME && rr.class_ == question->class_)
            add_alias(aliases, &rr);
        else if (!is_asked(&rr, question))
            count_other(&rr, finding);
        else if (rvx__name_origin(message->bytes, rr.owner) == finding->target_at)
            count_answer(&rr, finding);
        else
            aliases->plain = false;
        if (aliases->too_many)
            return;
    }
}

/* The first CNAME of this owner; of several, which are against the rules, the others do not count. */
static unsigned find_alias(const struct rvx__message *message, const struct aliases *aliases, const struct place *place)
{
    unsigned i = 0;

    while (i < aliases->n && !is_at(message, aliases->rrs[i].owner, place))
        i++;
    return i;
}

/* Follows the chain to its end, which becomes the target. False if it has none, or is too long to tell. */
static bool follow_chain(const struct rvx__message *message, struct aliases *aliases, struct rvx__finding *finding)
{
    for (;;) {
        struct place place = {finding->target_at, rvx__name_view(&finding->target)};
        unsigned i = find_alias(message, aliases, &place);

        if (i == aliases->n)
            return !aliases->too_many;
        if (aliases->used[i])
            return false;
        aliases->used[i] = true;
        finding->chain[finding->hops++] = (uint16_t)aliases->rrs[i].owner;
        take_ttl(finding, aliases->rrs[i].ttl);
        finding->target_at = rvx__name_origin(message->bytes, aliases->rrs[i].rdata);
        rvx__name_expand(message->bytes, finding->target_at, &finding->target);
    }
}

/* The last walk: counts the records at the target, and those that are neither there nor in the chain. */
static void count_records(const struct rvx__message *message, const struct rvx__question *question,
                          struct rvx__finding *finding)
{
    struct place place = {finding->target_at, rvx__name_view(&finding->target)};
    struct rvx__rr rr;
    size_t at = 0;

    while (rvx__message_next(message, RVX__DNS_ANSWER, &at, &rr)) {
        if (is_asked(&rr, question) && is_at(message, rr.owner, &place))
            count_answer(&rr, finding);
        else
            count_other(&rr, finding);
    }
    finding->off_chain -= finding->hops;
}

/* The SOA of a zone that the target is in: only that zone can say that something is not there (RFC 2308 section 3). */
static void take_soa(const struct rvx__message *message, const struct rvx__question *question,
                     struct rvx__finding *finding)
{
    struct rvx__rr rr;
    struct rvx__name owner;
    size_t at = 0;

    while (rvx__message_next(message, RVX__DNS_AUTHORITY, &at, &rr)) {
        if (rr.type != RVX__DNS_TYPE_SOA || rr.class_ != question->class_)
            continue;
        rvx__name_expand(message->bytes, rr.owner, &owner);
        if (!rvx__name_is_below(rvx__name_view(&finding->target), rvx__name_view(&owner)))
            continue;
        finding->cacheable = true;
        take_ttl(finding, rr.ttl);
        /* MINIMUM is the last of SOA's numbers. */
        take_ttl(finding, rvx__wire_u32(message->bytes, rr.rdata + rr.rdata_len - 4));
        return;
    }
}

static bool has_authority(const struct rvx__message *message, uint16_t type)
{
    struct rvx__rr rr;
    size_t at = 0;

    while (rvx__message_next(message, RVX__DNS_AUTHORITY, &at, &rr)) {
        if (rr.type == type)
            return true;
    }
    return false;
}

/* No answer, no authority, no recursion: nobody to believe. Records besides OPT make it no better in a referral; where
 * they are not a referral's, Go leaves it alone, and so do we. */
static bool is_lame(const struct rvx__message *message)
{
    unsigned opts = message->has_opt ? 1 : 0;

    return (message->flags & (RVX__DNS_FLAG_AA | RVX__DNS_FLAG_RA)) == 0 && message->count[RVX__DNS_ANSWER] == 0 &&
           (message->count[RVX__DNS_ADDITIONAL] == opts || has_authority(message, RVX__DNS_TYPE_NS));
}

/* Does the message say that the name is elsewhere, by a DNAME above it, and stop there? */
static bool stops_at_dname(const struct rvx__message *message, const struct rvx__finding *finding)
{
    struct rvx__view target = rvx__name_view(&finding->target);
    struct rvx__name owner;
    struct rvx__rr rr;
    size_t at = 0;

    while (finding->hops == 0 && rvx__message_next(message, RVX__DNS_ANSWER, &at, &rr)) {
        if (rr.type != RVX__DNS_TYPE_DNAME)
            continue;
        rvx__name_expand(message->bytes, rr.owner, &owner);
        if (owner.len < target.len && rvx__name_is_below(target, rvx__name_view(&owner)))
            return true;
    }
    return false;
}

/* The end of the chain has no record of the asked type. */
static enum rvx__verdict judge_absence(const struct rvx__message *message, const struct rvx__question *question,
                                       struct rvx__finding *finding)
{
    if (message->rcode == RVX__DNS_RCODE_NOERROR && is_lame(message))
        return RVX__VERDICT_LAME;
    if (stops_at_dname(message, finding))
        return RVX__VERDICT_LAME;
    take_soa(message, question, finding);
    if (message->rcode == RVX__DNS_RCODE_NXDOMAIN)
        return RVX__VERDICT_NXDOMAIN;
    if (finding->hops > 0 && !finding->cacheable) {
        finding->cacheable = true;
        return RVX__VERDICT_ALIAS;
    }
    return RVX__VERDICT_NODATA;
}

static enum rvx__verdict judge_answer(const struct rvx__message *message, const struct rvx__question *question,
                                      struct rvx__finding *finding)
{
    struct aliases aliases;

    finding->ttl = INT32_MAX;
    collect_aliases(message, question, finding, &aliases);
    if (!aliases.plain) {
        finding->records = finding->off_chain = 0;
        finding->ttl = INT32_MAX;
        if (!follow_chain(message, &aliases, finding))
            return RVX__VERDICT_LOOP;
        count_records(message, question, finding);
    }
    if (finding->records == 0 || message->rcode == RVX__DNS_RCODE_NXDOMAIN)
        return judge_absence(message, question, finding);
    finding->cacheable = true;
    return RVX__VERDICT_ANSWER;
}

static enum rvx__verdict judge_rcode(uint16_t rcode)
{
    switch (rcode) {
    case RVX__DNS_RCODE_FORMERR:
        return RVX__VERDICT_FORMERR;
    case RVX__DNS_RCODE_SERVFAIL:
        return RVX__VERDICT_SERVFAIL;
    case RVX__DNS_RCODE_NOTIMP:
        return RVX__VERDICT_NOTIMP;
    case RVX__DNS_RCODE_REFUSED:
        return RVX__VERDICT_REFUSED;
    case RVX__DNS_RCODE_BADVERS:
        return RVX__VERDICT_BADVERS;
    case RVX__DNS_RCODE_BADCOOKIE:
        return RVX__VERDICT_BADCOOKIE;
    default:
        return RVX__VERDICT_RCODE;
    }
}

void rvx__classify(const struct rvx__message *message, const struct rvx__question *question,
                   struct rvx__finding *finding)
{
    finding->rcode = message->rcode;
    finding->ttl = 0;
    finding->cacheable = false;
    finding->ad = (message->flags & RVX__DNS_FLAG_AD) != 0;
    finding->records = finding->hops = finding->off_chain = 0;
    finding->target_at = RVX__DNS_HEADER_LEN;
    rvx__name_set(&finding->target, question->name);
    if (message->rcode != RVX__DNS_RCODE_NOERROR && message->rcode != RVX__DNS_RCODE_NXDOMAIN)
        finding->verdict = judge_rcode(message->rcode);
    else if ((message->flags & RVX__DNS_FLAG_TC) != 0)
        finding->verdict = RVX__VERDICT_TRUNCATED;
    else
        finding->verdict = judge_answer(message, question, finding);
    if (!finding->cacheable)
        finding->ttl = 0;
}

bool rvx__finding_next(const struct rvx__message *message, const struct rvx__question *question,
                       const struct rvx__finding *finding, size_t *at, struct rvx__rr *rr)
{
    struct place place = {finding->target_at, rvx__name_view(&finding->target)};

    while (finding->verdict == RVX__VERDICT_ANSWER && rvx__message_next(message, RVX__DNS_ANSWER, at, rr)) {
        if (is_asked(rr, question) && is_at(message, rr->owner, &place))
            return true;
    }
    return false;
}

bool rvx__finding_next_alias(const struct rvx__message *message, const struct rvx__finding *finding, unsigned *hop,
                             struct rvx__rr *rr)
{
    size_t at;

    if (*hop >= finding->hops)
        return false;
    at = finding->chain[(*hop)++];
    return rvx__message_next(message, RVX__DNS_ANSWER, &at, rr);
}

bool rvx__rr_addr(const struct rvx__message *message, const struct rvx__rr *rr, struct rvx_addr *addr)
{
    struct rvx__view bytes = rvx__wire_part(message->bytes, rr->rdata, rr->rdata_len);

    if (rr->class_ != RVX__DNS_CLASS_IN ||
        !((rr->type == RVX__DNS_TYPE_A && bytes.len == 4) || (rr->type == RVX__DNS_TYPE_AAAA && bytes.len == 16)))
        return false;
    *addr = (struct rvx_addr){.family = bytes.len == 4 ? RVX_FAMILY_IPV4 : RVX_FAMILY_IPV6};
    memcpy(addr->ip, bytes.data, bytes.len);
    return true;
}

const char *rvx__verdict_text(enum rvx__verdict verdict)
{
    static const char *const texts[RVX__VERDICTS_N] = {
        [RVX__VERDICT_ANSWER] = "answer",           [RVX__VERDICT_ALIAS] = "alias",
        [RVX__VERDICT_NODATA] = "no data",          [RVX__VERDICT_NXDOMAIN] = "no such name",
        [RVX__VERDICT_LAME] = "lame server",        [RVX__VERDICT_TRUNCATED] = "truncated",
        [RVX__VERDICT_SERVFAIL] = "server failure", [RVX__VERDICT_REFUSED] = "refused",
        [RVX__VERDICT_FORMERR] = "format error",    [RVX__VERDICT_NOTIMP] = "not implemented",
        [RVX__VERDICT_BADVERS] = "bad version",     [RVX__VERDICT_BADCOOKIE] = "bad cookie",
        [RVX__VERDICT_RCODE] = "other code",        [RVX__VERDICT_LOOP] = "alias loop",
    };

    return (unsigned)verdict < RVX__VERDICTS_N ? texts[verdict] : "unknown";
}
