/* script.c - what a mode does with a query: things to send, and when
 *
 * Model: a list of steps, each with its own copy of its bytes, so that the server may keep them until they are due and
 * a test may look at them without a server.
 */
#include <config.h>

#include "hostile/script.h"

#include <stdlib.h>
#include <string.h>

void script_init(struct script *script)
{
    script->n = 0;
}

void script_fini(struct script *script)
{
    for (size_t i = 0; i < script->n; i++)
        free(script->steps[i].bytes);
    script->n = 0;
}

void script_bytes(struct script *script, enum step_kind kind, unsigned delay_ms, const void *bytes, size_t len)
{
    struct step *step = &script->steps[script->n];

    if (script->n == SCRIPT_STEPS_MAX)
        return;
    *step = (struct step){.kind = kind, .delay_ms = delay_ms, .bytes = malloc(len + 1), .len = len};
    if (step->bytes == NULL)
        return;
    if (len > 0)
        memcpy(step->bytes, bytes, len);
    script->n++;
}

void script_end(struct script *script, enum step_kind kind, unsigned delay_ms)
{
    script_bytes(script, kind, delay_ms, NULL, 0);
}

void script_send(struct script *script, unsigned delay_ms, const struct message *m)
{
    script_bytes(script, STEP_SEND, delay_ms, m->bytes, m->len);
}

void script_good(struct script *script, const struct ask *ask)
{
    struct message m;

    message_good(&m, ask);
    script_send(script, 0, &m);
}

void script_good_later(struct script *script, const struct ask *ask)
{
    struct message m;

    message_good(&m, ask);
    script_send(script, GOOD_DELAY_MS, &m);
}
