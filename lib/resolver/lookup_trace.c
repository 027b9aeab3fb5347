/* lookup_trace.c - what a lookup tells those who watch: the log, and the trace callback
 *
 * The log has a line for the plan and one for what each source said, at its finest level; the trace callback gets the
 * same as events, among those of the DNS engine. A lookup that nobody watches pays two comparisons each time.
 */
#include <config.h>

#include "resolver/lookup_trace.h"

#include "base/buf.h"
#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/trace.h"

#define LINE_SIZE 512

static bool wants_log(const struct rvx_request *request)
{
    return rvx__log_wants(&request->resolver->options.log, RVX_LOG_TRACE);
}

/* "lookup NAME: WHAT" */
static void log_line(const struct rvx_request *request, const char *what)
{
    bool port = request->kind == RVX_REQUEST_PORT;

    rvx__log(&request->resolver->options.log, RVX_LOG_TRACE, "lookup %s%s%s: %s", port ? request->network : "",
             port ? "/" : "", request->name, what);
}

static void log_plan(const struct rvx_request *request, const struct rvx__plan *plan)
{
    char line[LINE_SIZE];
    struct rvx__buf buf;

    rvx__buf_init(&buf, line, sizeof line);
    rvx__buf_add_text(&buf, "order ");
    rvx__plan_print(&buf, plan);
    rvx__buf_add_text(&buf, " (");
    rvx__buf_add_text(&buf, plan->why);
    rvx__buf_add_text(&buf, ")");
    rvx__buf_finish(&buf);
    log_line(request, line);
}

/* "host ip", "port tcp", "addr", "records MX" */
static void print_what(struct rvx__buf *buf, const struct rvx_request *request)
{
    static const char *const kinds[] = {"host ", "port ", "addr", "records "};

    rvx__buf_add_text(buf, kinds[request->kind]);
    if (request->kind == RVX_REQUEST_RECORDS)
        rvx__dns_type_print(buf, request->type);
    else if (request->kind != RVX_REQUEST_ADDR)
        rvx__buf_add_text(buf, request->network);
}

static void tell(const struct rvx_request *request, const struct rvx_trace_event *event)
{
    rvx__trace(request->resolver, request->trace->id, event);
}

static void tell_start(const struct rvx_request *request, const struct rvx__plan *plan)
{
    char line[LINE_SIZE];
    struct rvx__buf buf;

    rvx__buf_init(&buf, line, sizeof line);
    print_what(&buf, request);
    rvx__buf_finish(&buf);
    tell(request, &(struct rvx_trace_event){.kind = RVX_TRACE_START, .name = request->name, .text = line});
    rvx__buf_init(&buf, line, sizeof line);
    rvx__plan_print(&buf, plan);
    rvx__buf_finish(&buf);
    tell(request, &(struct rvx_trace_event){.kind = RVX_TRACE_ORDER, .text = line, .detail = plan->why});
}

void rvx__lookup_trace_start(struct rvx_request *request, const struct rvx__plan *plan)
{
    if (rvx__trace_wanted(request->resolver)) {
        struct rvx__lookup_trace *trace = rvx__malloc(sizeof *trace);

        if (trace != NULL) {
            trace->id = rvx__trace_new_id(request->resolver);
            trace->started = rvx_now();
            request->trace = trace;
            tell_start(request, plan);
        }
    }
    if (wants_log(request))
        log_plan(request, plan);
}

void rvx__lookup_trace_source(const struct rvx_request *request, const char *source)
{
    if (request->trace != NULL)
        tell(request, &(struct rvx_trace_event){.kind = RVX_TRACE_SOURCE, .text = source});
}

static void log_status(const struct rvx_request *request, const char *source)
{
    static const char *const found[] = {", addresses: ", ", port ", ", names: ", ", records: "};
    char line[LINE_SIZE];
    struct rvx__buf buf;

    rvx__buf_init(&buf, line, sizeof line);
    rvx__buf_add_text(&buf, source);
    rvx__buf_add_text(&buf, ": ");
    rvx__buf_add_text(&buf, rvx__status_text(request->status));
    if (request->status != RVX_STATUS_SUCCESS) {
        rvx__buf_add_text(&buf, ", ");
        rvx__buf_add_text(&buf, rvx_strerror(request->code));
    } else {
        rvx__buf_add_text(&buf, found[request->kind]);
        rvx__buf_add_dec(&buf, request->kind == RVX_REQUEST_PORT ? rvx__answer_port(&request->answer)
                                                                 : rvx__answer_n(&request->answer));
    }
    rvx__buf_finish(&buf);
    log_line(request, line);
}

void rvx__lookup_trace_status(const struct rvx_request *request, const char *source)
{
    if (request->trace != NULL)
        tell(request, &(struct rvx_trace_event){.kind = RVX_TRACE_STATUS,
                                                .text = source,
                                                .detail = rvx__status_text(request->status),
                                                .code = request->code});
    if (wants_log(request))
        log_status(request, source);
}

void rvx__lookup_trace_done(const struct rvx_request *request, int code, const char *source)
{
    if (request->trace == NULL)
        return;
    tell(request, &(struct rvx_trace_event){.kind = RVX_TRACE_DONE,
                                            .code = code,
                                            .text = source,
                                            .number = (uint64_t)(rvx_now() - request->trace->started) / 1000});
}
