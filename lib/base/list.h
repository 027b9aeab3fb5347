/* list.h - doubly linked lists whose links live in their owners: no allocation, O(1) removal
 *
 * A list is a link that points at itself when it is empty. A zeroed link is in no list, and so is one that was removed;
 * removing it again does nothing.
 */
#ifndef RVX_BASE_LIST_H
#define RVX_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct rvx__link {
    struct rvx__link *prev;
    struct rvx__link *next;
};

/* The struct of type `type` whose member `member` is at `p`. */
#define RVX__OWNER(p, type, member) ((type *)(void *)((char *)(p) - offsetof(type, member)))

static inline void rvx__list_init(struct rvx__link *list)
{
    list->prev = list->next = list;
}

static inline bool rvx__list_empty(const struct rvx__link *list)
{
    return list->next == list;
}

/* The first link, or NULL. */
static inline struct rvx__link *rvx__list_first(const struct rvx__link *list)
{
    return list->next == list ? NULL : list->next;
}

static inline bool rvx__link_in_list(const struct rvx__link *link)
{
    return link->next != NULL;
}

/* Puts a link that is in no list at the end of one. */
static inline void rvx__list_append(struct rvx__link *list, struct rvx__link *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/* Takes a link out of its list, if it is in one. */
static inline void rvx__link_remove(struct rvx__link *link)
{
    if (link->next == NULL)
        return;
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->prev = link->next = NULL;
}

/* Takes the first link out; NULL if there is none. */
static inline struct rvx__link *rvx__list_take(struct rvx__link *list)
{
    struct rvx__link *link = rvx__list_first(list);

    if (link != NULL)
        rvx__link_remove(link);
    return link;
}

/* Moves all links of `from` to the end of `list`; `from` is empty afterwards. */
static inline void rvx__list_move(struct rvx__link *list, struct rvx__link *from)
{
    if (rvx__list_empty(from))
        return;
    from->next->prev = list->prev;
    from->prev->next = list;
    list->prev->next = from->next;
    list->prev = from->prev;
    rvx__list_init(from);
}

#endif
