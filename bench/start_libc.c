/* start_libc.c - the program a C programmer writes to find a port */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

int main(void)
{
    const struct servent *service = getservbyname("http", "tcp");

    if (!service)
        return 1;
    printf("%d\n", ntohs((uint16_t)service->s_port));
    return 0;
}
