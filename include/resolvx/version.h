/* version.h - the version of libresolvx, and the mark of its exported symbols
 *
 * The numbers are those of the header a program was compiled with; rvx_version() tells the library it runs with.
 */
#ifndef RESOLVX_VERSION_H
#define RESOLVX_VERSION_H

#define RVX_VERSION_MAJOR 0
#define RVX_VERSION_MINOR 1
#define RVX_VERSION_PATCH 0
#define RVX_VERSION_TEXT "0.1.0"

/* Every exported function carries this mark; everything else is hidden in the shared library. */
#if defined(__GNUC__)
#define RVX_API __attribute__((visibility("default")))
#else
#define RVX_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Tells the version of the library in use, as "MAJOR.MINOR.PATCH".
 * Returns: a static string, never NULL.
 * Thread: any. */
RVX_API const char *rvx_version(void);

#ifdef __cplusplus
}
#endif

#endif
