/* resolvx-start - a whole program that looks one port up, as a peer of a benchmark that starts it many times */
#include <stdio.h>

#include <resolvx/resolver.h>

int main(void)
{
    struct rvx_error err;
    uint16_t port;

    if (rvx_lookup_port(NULL, "tcp", "http", NULL, &port, &err) < 0) {
        fprintf(stderr, "%s\n", rvx_error_text(&err));
        return 1;
    }
    printf("%d\n", port);
    return 0;
}
