/* start_empty.c - what starting a process costs before it does anything; also linked with libldns, as start_ldns */
#include <stdio.h>

int main(void)
{
    return puts("80") < 0;
}
