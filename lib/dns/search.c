/* search.c - search lists
 *
 * The rules of go-net.md 4.6, which are those of resolv.conf(5): a name with at least ndots dots is tried as it is and
 * then with each domain, any other with each domain first; a name with a dot at its end is tried as it is and no more.
 * The root as a domain ("search .") would be the name as it is once more, and is passed over.
 */
#include <config.h>

#include "dns/search.h"

#include "dns/special.h"

static bool is_rooted(struct rvx__view text)
{
    return rvx__view_at(text, text.len - 1) == '.';
}

static size_t count_dots(struct rvx__view text)
{
    size_t i, n = 0;

    for (i = 0; i < text.len; i++)
        n += text.data[i] == '.';
    return n;
}

bool rvx__search_init(struct rvx__search *search, struct rvx__view text, const struct rvx__search_opts *opts)
{
    bool rooted = is_rooted(text);

    *search = (struct rvx__search){.text = text, .opts = opts};
    search->bare_first = rooted || count_dots(text) >= opts->ndots;
    if (rooted)
        search->next = (unsigned)opts->domains_n;
    if (rvx__name_is_host(text))
        return true;
    search->next = (unsigned)opts->domains_n;
    search->bare_done = true;
    return false;
}

static bool may_ask(const struct rvx__name *name)
{
    return rvx__special_asks_dns(rvx__special_of_wire(rvx__name_view(name)));
}

/* The name as it is. */
static bool give_bare(struct rvx__search *search, struct rvx__name *name)
{
    search->bare_done = true;
    return rvx__name_parse(search->text, name) && may_ask(name);
}

/* The name with the next domain. */
static bool give_domain(struct rvx__search *search, struct rvx__name *name)
{
    struct rvx__view domain_text = rvx__view_text(search->opts->domains[search->next++]);
    struct rvx__name domain;
    size_t at;

    if (!rvx__name_parse(domain_text, &domain) || domain.len == 1 || !rvx__name_parse(search->text, name))
        return false;
    at = name->len - 1U;
    if (at + domain.len > RVX__NAME_MAX)
        return false;
    memcpy(name->wire + at, domain.wire, domain.len);
    name->len = (uint8_t)(at + domain.len);
    if (!may_ask(name))
        return false;
    search->gave = true;
    return true;
}

/* Asking for "printer" as a top-level domain is what no-tld-query forbids. */
static bool is_tld_query(const struct rvx__search *search)
{
    return search->opts->no_tld_query && rvx__view_find(search->text, '.') == RVX__NPOS;
}

bool rvx__search_next(struct rvx__search *search, struct rvx__name *name)
{
    if (!search->bare_done && search->bare_first && !is_tld_query(search) && give_bare(search, name))
        return true;
    while (search->next < search->opts->domains_n) {
        if (give_domain(search, name))
            return true;
    }
    if (!search->bare_done && !(is_tld_query(search) && search->gave) && give_bare(search, name))
        return true;
    name->len = 0;
    return false;
}
