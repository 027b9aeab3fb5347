# services.awk - turns data/services into the table that lib/conf/services_builtin.c includes
#
#     awk -f services.awk services >services_table.h
#
# Any POSIX awk. The table is a perfect hash by displacement: a word with its protocol is hashed into a bucket, each
# bucket has a displacement, and hash and displacement together give a slot nobody else has. Buckets are placed largest
# first; if one does not fit, everything starts again with the next multiplier. The hash is kept to 24 bits and the
# multiplier below 256, so that awk's floating-point numbers hold every step exactly.

function fail(reason)
{
    print FILENAME ":" FNR ": " reason | "cat 1>&2"
    failed = 1
    exit 1
}

# A byte with the bit set that tells a small letter from a capital; the C code does the same.
function fold(i)
{
    return int(i / 32) % 2 ? i : i + 32
}

function hash(word, protocol,    h, i)
{
    h = 0
    for (i = 1; i <= length(word); i++)
        h = (h * multiplier + code[substr(word, i, 1)]) % 16777216
    return (h * multiplier + protocol) % 16777216
}

function add_word(word, at,    key)
{
    if (word !~ /^[a-z0-9+._-]+$/)
        fail("not a service name: " word)
    key = word "/" protocol_of[entries_n]
    if (key in seen)
        fail("twice: " key)
    seen[key] = 1
    word_text[words_n] = word
    word_at[words_n] = at
    word_entry[words_n] = entries_n
    words_n++
}

BEGIN {
    for (i = 33; i < 127; i++)
        code[sprintf("%c", i)] = fold(i)
    BUCKETS = 256
    SLOTS = 1024
    entries_n = words_n = protocols_n = text_len = last_port = 0
}

{ sub(/#.*/, "") }

NF == 0 { next }

{
    if (NF < 2 || $2 !~ /^[1-9][0-9]*\/[a-z]+$/)
        fail("not a service: " $0)
    split($2, parts, "/")
    if (parts[1] + 0 > 65535 || parts[1] + 0 < last_port)
        fail("port out of range or order: " $2)
    last_port = port[entries_n] = parts[1] + 0
    if (!(parts[2] in protocol_index)) {
        protocol_name[protocols_n] = parts[2]
        protocol_index[parts[2]] = protocols_n++
    }
    protocol_of[entries_n] = protocol_index[parts[2]]

    words = $1
    for (i = 3; i <= NF; i++)
        words = words " " $i
    if (words != last_words) {
        text[texts_n++] = words
        text_at = text_len
        text_len += length(words)
        last_words = words
    }
    entry_at[entries_n] = text_at
    entry_name_len[entries_n] = length($1)
    entry_len[entries_n] = length(words)
    at = text_at
    add_word($1, at)
    for (i = 3; i <= NF; i++) {
        at += length(i == 3 ? $1 : $(i - 1)) + 1
        add_word($i, at)
    }
    entries_n++
}

# Finds a displacement for a bucket of `n` words; false if there is none.
function place_bucket(bucket, n,    d, i, slot, free)
{
    for (d = 0; d < SLOTS; d++) {
        free = 1
        for (i = 0; i < n && free; i++) {
            slot = (int(hash_of[member[bucket, i]] / 256) + d) % SLOTS
            free = slot_word[slot] == ""
            if (free)
                slot_word[slot] = member[bucket, i]
        }
        if (free) {
            displacement[bucket] = d
            return 1
        }
        # The last word met a slot in use; take back those before it.
        for (i -= 2; i >= 0; i--)
            slot_word[(int(hash_of[member[bucket, i]] / 256) + d) % SLOTS] = ""
    }
    return 0
}

function place_words(    i, bucket, n)
{
    for (i = 0; i < SLOTS; i++)
        slot_word[i] = ""
    for (i = 0; i < BUCKETS; i++)
        bucket_n[i] = displacement[i] = 0
    largest = 0
    for (i = 0; i < words_n; i++) {
        hash_of[i] = hash(word_text[i], protocol_of[word_entry[i]])
        bucket = hash_of[i] % BUCKETS
        member[bucket, bucket_n[bucket]++] = i
        if (bucket_n[bucket] > largest)
            largest = bucket_n[bucket]
    }
    for (n = largest; n > 0; n--) {
        for (i = 0; i < BUCKETS; i++)
            if (bucket_n[i] == n && !place_bucket(i, n))
                return 0
    }
    return 1
}

function print_table()
{
    print "/* Made from data/services by data/services.awk. */"
    print "enum { MULTIPLIER = " multiplier ", BUCKETS = " BUCKETS ", SLOTS = " SLOTS " };"
    print "enum { ENTRIES_N = " entries_n ", PROTOCOLS_N = " protocols_n " };"
    print "\nstatic const char protocols[PROTOCOLS_N][8] = {"
    for (i = 0; i < protocols_n; i++)
        print "    \"" protocol_name[i] "\","
    print "};\n\nstatic const char texts[] ="
    for (i = 0; i < texts_n; i++)
        print "    \"" text[i] "\"" (i < texts_n - 1 ? "" : ";")
    print "\nstatic const struct entry entries[ENTRIES_N] = {"
    for (i = 0; i < entries_n; i++)
        print "    {" entry_at[i] ", " port[i] ", " entry_len[i] ", " entry_name_len[i] ", " protocol_of[i] "},"
    print "};\n\nstatic const uint16_t displacements[BUCKETS] = {"
    for (i = 0; i < BUCKETS; i++)
        printf("%s%d,%s", (i % 16 ? " " : "    "), displacement[i], (i % 16 == 15 ? "\n" : ""))
    print "};\n\nstatic const struct slot slots[SLOTS] = {"
    for (i = 0; i < SLOTS; i++) {
        w = slot_word[i]
        if (w != "")
            print "    [" i "] = {" word_at[w] ", " word_entry[w] ", " length(word_text[w]) "},"
    }
    print "};"
}

END {
    if (failed)
        exit 1
    if (text_len > 65535 || words_n > SLOTS * 3 / 4)
        fail("too many services: let SLOTS and BUCKETS grow, or the offsets")
    for (multiplier = 33; multiplier < 256; multiplier += 2)
        if (place_words())
            break
    if (multiplier > 255)
        fail("no multiplier gives every word a slot of its own")
    print_table()
}
