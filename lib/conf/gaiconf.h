/* gaiconf.h - gai.conf(5): the policy table of RFC 6724
 *
 * One line of a kind replaces all defaults of that kind, as in glibc; the defaults are those of RFC 6724 section 2.1.
 */
#ifndef RVX_CONF_GAICONF_H
#define RVX_CONF_GAICONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/view.h"
#include "conf/prefix.h"
#include "conf/remarks.h"

#define RVX__GAICONF_RULES_MAX 128

struct rvx__gaiconf_rule {
    struct rvx__prefix prefix; /* always IPv6; IPv4 ones are v4-mapped */
    uint32_t value;
};

/* One kind of rules, longest prefix first; of equal prefixes the first in the file. */
struct rvx__gaiconf_table {
    struct rvx__gaiconf_rule rules[RVX__GAICONF_RULES_MAX];
    size_t n;
    bool given; /* false: these are the defaults */
};

struct rvx__gaiconf {
    struct rvx__gaiconf_table labels;
    struct rvx__gaiconf_table precedences;
    struct rvx__gaiconf_table scopes_v4; /* for IPv4 addresses only */
    bool reload;                         /* "reload yes"; no: the default */
    struct rvx__remarks remarks;
};

/* Parses a gai.conf. It owns nothing: there is nothing to free and nothing that can fail. A file that is missing is an
 * empty one. */
void rvx__gaiconf_parse(struct rvx__gaiconf *gaiconf, struct rvx__view bytes);

/* The label and the precedence of an IPv4 or IPv6 address; where no rule fits, 1 and 40, as for ::/0. */
uint32_t rvx__gaiconf_label(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr);
uint32_t rvx__gaiconf_precedence(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr);

/* The scope of an IPv4 address, v4-mapped or not, as RFC 6724 section 3.2 numbers them: 2 link-local, 5 site-local, 14
 * global; where no rule fits, 14. */
uint32_t rvx__gaiconf_scope_v4(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr);

#endif
