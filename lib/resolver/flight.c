/* flight.c - identical questions that are under way at the same time are asked once
 *
 * Model: those who lead are in a table, those who follow in a list of their leader, all under one lock. Who follows is
 * told by taking it out of that list and sending it its note, under the lock; who leaves does so under the lock too, on
 * the thread that its note arrives on. So whatever is in a list can be sent to: its loop cannot be gone, as a loop that
 * is freed ends its operations first, and they leave. A note that is under way when its owner leaves is taken back.
 *
 * Even a follower on the leader's own loop is told by a note. So nobody's on_done runs inside of another one's
 * calls, where it could end what its caller still works with.
 *
 * When a leader leaves without an answer the follower that came first takes its place in the table at once, with all
 * other followers, and asks as soon as its note has arrived. Should it leave before, the next one does.
 */
#include <config.h>

#include "resolver/flight.h"

#include <string.h>

#include "loop/loop.h"

int rvx__flights_init(struct rvx__flights *flights, const struct rvx__rnd *rnd)
{
    int rc = rnd->fill(rnd->self, &flights->seed, sizeof flights->seed);

    if (rc < 0)
        return rc;
    pthread_mutex_init(&flights->lock, NULL);
    rvx__table_init(&flights->leaders);
    rvx__process_init(&flights->process);
    return 0;
}

void rvx__flights_fini(struct rvx__flights *flights)
{
    rvx__process_fini(&flights->process);
    rvx__table_fini(&flights->leaders);
    pthread_mutex_destroy(&flights->lock);
}

static struct rvx__flight *flight_of(struct rvx__table_node *node)
{
    return RVX__OWNER(node, struct rvx__flight, node);
}

static bool is_same(const struct rvx__cache_key *a, const struct rvx__cache_key *b)
{
    return a->servers == b->servers && a->type == b->type && a->class_ == b->class_ && a->flags == b->flags &&
           rvx__name_equal(a->name, b->name);
}

static struct rvx__flight *find_leader(const struct rvx__flights *flights, uint64_t hash,
                                       const struct rvx__cache_key *key)
{
    struct rvx__table_node *node = rvx__table_first(&flights->leaders, hash);

    while (node != NULL && !is_same(flight_of(node)->key, key))
        node = rvx__table_next(node);
    return node != NULL ? flight_of(node) : NULL;
}

static void lead(struct rvx__flight *flight, uint64_t hash, enum rvx__flight_role role)
{
    flight->role = role;
    rvx__list_init(&flight->followers);
    rvx__table_put(&flight->flights->leaders, &flight->node, hash);
}

/* No lock: whose note is under way is in nobody's list any more, and its role is not changed by others. */
static void receive_note(struct rvx__note *note)
{
    struct rvx__flight *flight = RVX__OWNER(note, struct rvx__flight, note);

    if (flight->role == RVX__FLIGHT_PROMOTED)
        flight->role = RVX__FLIGHT_LEADS;
    else
        flight->flights = NULL;
    flight->told(flight);
}

enum rvx__flight_role rvx__flight_join(struct rvx__flights *flights, struct rvx__flight *flight,
                                       const struct rvx__cache_key *key, struct rvx_loop *loop,
                                       bool (*recheck)(struct rvx__flight *flight),
                                       void (*told)(struct rvx__flight *flight))
{
    struct rvx__cache_digest digest;
    struct rvx__flight *leader;
    enum rvx__flight_role role;

    memset(flight, 0, sizeof *flight);
    if (!rvx__process_is_own(&flights->process))
        return RVX__FLIGHT_NONE;
    flight->flights = flights;
    flight->loop = loop;
    flight->key = key;
    flight->note.arrive = receive_note;
    flight->told = told;
    rvx__cache_digest(flights->seed, key, &digest);
    pthread_mutex_lock(&flights->lock);
    leader = find_leader(flights, digest.hash, key);
    if (leader != NULL) {
        flight->role = RVX__FLIGHT_FOLLOWS;
        rvx__list_append(&leader->followers, &flight->note.link);
    } else if (!recheck(flight)) {
        lead(flight, digest.hash, RVX__FLIGHT_LEADS);
    } else {
        flight->flights = NULL;
    }
    role = flight->role;
    pthread_mutex_unlock(&flights->lock);
    return role;
}

/* Takes the first follower out of its list; NULL if there is none. Under the lock, as all of the following. */
static struct rvx__flight *take_follower(struct rvx__flight *flight)
{
    struct rvx__link *link = rvx__list_take(&flight->followers);

    return link != NULL ? RVX__OWNER(link, struct rvx__flight, note.link) : NULL;
}

static void tell(struct rvx__flight *follower, int code, const struct rvx__cached *entry,
                 struct rvx__shared_reason *reason)
{
    follower->role = RVX__FLIGHT_TOLD;
    follower->code = code;
    follower->entry = entry != NULL ? rvx__cached_ref(entry) : NULL;
    follower->reason = rvx__shared_reason_ref(reason);
    rvx__loop_send(follower->loop, &follower->note);
}

/* Leaves the table, and its place in it to the first follower. */
static void hand_over(struct rvx__flight *flight)
{
    struct rvx__flight *heir = take_follower(flight);

    rvx__table_remove(&flight->flights->leaders, &flight->node);
    if (heir == NULL)
        return;
    lead(heir, flight->node.hash, RVX__FLIGHT_PROMOTED);
    rvx__list_move(&heir->followers, &flight->followers);
    rvx__loop_send(heir->loop, &heir->note);
}

bool rvx__flight_land(struct rvx__flight *flight)
{
    struct rvx__flights *flights = flight->flights;
    bool followed;

    if (flights == NULL)
        return false;
    pthread_mutex_lock(&flights->lock);
    rvx__table_remove(&flights->leaders, &flight->node);
    flight->role = RVX__FLIGHT_LANDED;
    followed = !rvx__list_empty(&flight->followers);
    pthread_mutex_unlock(&flights->lock);
    if (!followed)
        flight->flights = NULL;
    return followed;
}

void rvx__flight_tell(struct rvx__flight *flight, int code, const struct rvx__cached *entry,
                      struct rvx__shared_reason *reason)
{
    struct rvx__flights *flights = flight->flights;
    struct rvx__flight *follower;

    if (flights == NULL)
        return;
    pthread_mutex_lock(&flights->lock);
    while ((follower = take_follower(flight)) != NULL)
        tell(follower, code, entry, reason);
    pthread_mutex_unlock(&flights->lock);
    flight->flights = NULL;
}

/* Leaves a flight. Under the lock. */
static void leave(struct rvx__flight *flight)
{
    switch (flight->role) {
    case RVX__FLIGHT_NONE:
    case RVX__FLIGHT_LANDED:
        break;
    case RVX__FLIGHT_FOLLOWS:
        rvx__link_remove(&flight->note.link);
        break;
    case RVX__FLIGHT_TOLD:
        rvx__loop_recall(flight->loop, &flight->note);
        break;
    case RVX__FLIGHT_PROMOTED:
        rvx__loop_recall(flight->loop, &flight->note);
        hand_over(flight);
        break;
    case RVX__FLIGHT_LEADS:
        hand_over(flight);
        break;
    }
}

void rvx__flight_leave(struct rvx__flight *flight)
{
    struct rvx__flights *flights = flight->flights;

    if (flights != NULL && rvx__process_is_own(&flights->process)) {
        pthread_mutex_lock(&flights->lock);
        leave(flight);
        pthread_mutex_unlock(&flights->lock);
    }
    flight->flights = NULL;
    rvx__cached_unref(flight->entry);
    flight->entry = NULL;
    rvx__shared_reason_unref(flight->reason);
    flight->reason = NULL;
}
