/* standalone_main.c - runs a fuzz target on files, without a fuzzer
 *
 * A fuzz target is one function that is given bytes. Under --enable-fuzz libFuzzer supplies main() and invents the
 * bytes; otherwise this file does, and takes them from the files it is told, a folder standing for the files in it. So
 * the corpus, every input that ever went wrong among it, is run again by make check with any compiler. Each input is
 * put at the end of an exact-size allocation, so that AddressSanitizer and valgrind see the first byte read past it.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static unsigned inputs_n;

static int run_path(const char *path);

static int complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
}

static int run_file(const char *path, size_t size)
{
    uint8_t *data = malloc(size > 0 ? size : 1);
    FILE *file = fopen(path, "rb");
    int result = -1;

    if (!data || !file || fread(data, 1, size, file) != size) {
        complain(path);
        goto out;
    }
    if (size == 0) { /* nothing may be read of an empty input, and malloc(1) would let it */
        free(data);
        data = NULL;
    }
    LLVMFuzzerTestOneInput(data, size);
    inputs_n++;
    result = 0;
out:
    if (file)
        fclose(file);
    free(data);
    return result;
}

static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int result = 0;

    if (!folder)
        return complain(path);
    while ((entry = readdir(folder))) {
        char name[4096];

        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(name, sizeof(name), "%s/%s", path, entry->d_name) >= (int)sizeof(name)) {
            errno = ENAMETOOLONG;
            result = complain(path);
        } else if (run_path(name) < 0) {
            result = -1;
        }
    }
    closedir(folder);
    return result;
}

static int run_path(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return complain(path);
    return S_ISDIR(info.st_mode) ? run_folder(path) : run_file(path, (size_t)info.st_size);
}

int main(int argc, char **argv)
{
    int status = EXIT_SUCCESS;

    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE...\n", argv[0]);
        return 2;
    }
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        if (run_path(argv[i]) < 0)
            status = EXIT_FAILURE;
    printf("%u inputs\n", inputs_n);
    return status;
}
