# report.awk - one part of bench.log as a table for people, then as lines for machines
#
# usage: awk -v want=PART -v title=TEXT -f report.awk bench.log
#
# Figures are medians over the rounds. The last column is ours divided by the peer's, the median of the ratios of the
# single rounds: below 1 resolvx is the faster one.

function field(name,    i) {
    for (i = 1; i <= NF; i++)
        if (index($i, name "=") == 1)
            return substr($i, length(name) + 2)
    return ""
}

function sort(v, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
            t = v[j]
            v[j] = v[j - 1]
            v[j - 1] = t
        }
}

function middle(v, n) {
    sort(v, n)
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# The rounds of one figure into v. Returns how many there are.
function collect(figure, c, p, v,    r, n) {
    n = 0
    for (r = 0; r < rounds; r++)
        if ((figure, c, p, r) in value)
            v[++n] = value[figure, c, p, r]
    return n
}

function median(figure, c, p,    v, n) {
    n = collect(figure, c, p, v)
    return n ? middle(v, n) : -1
}

function ratio(c, p,    r, n, v) {
    n = 0
    for (r = 0; r < rounds; r++)
        if (("ns", c, "resolvx", r) in value && ("ns", c, p, r) in value)
            v[++n] = value["ns", c, "resolvx", r] / value["ns", c, p, r]
    return n && p != "resolvx" ? middle(v, n) : -1
}

function print_line(c, p, ns, range, other, quotient,    line) {
    line = sprintf("%-16s %-20s %11s %23s", c, p, ns, range)
    if (second != "")
        line = line sprintf(" %10s", other)
    line = line sprintf(" %11s", quotient)
    sub(/ +$/, "", line)
    print line
}

function print_row(c, p, first,    v, n, f, q, m) {
    n = collect("ns", c, p, v)
    m = middle(v, n)
    q = ratio(c, p)
    f = m < 1000 ? "%.1f" : "%.0f"
    print_line(first ? c : "", p, sprintf(f, m), sprintf(f " - " f, v[1], v[n]),
        second == "" ? "" : sprintf("%.0f", median(second, c, p)), q < 0 ? "" : sprintf("%.3g", q))
    lines = lines sprintf("bench=%s peer=%s case=%s ns=%.1f ns_min=%.1f ns_max=%.1f%s\n", want, p, c, m, v[1], v[n],
        q < 0 ? "" : sprintf(" ratio=%.4g", q))
}

BEGIN {
    heading["mb_s"] = "MB/s"
    heading["rate"] = "a second"
    heading["rss_kb"] = "RSS kB"
}

field("bench") == want {
    c = field("case")
    p = field("peer")
    r = field("round") + 0
    if (!(c in peers_n))
        cases[++cases_n] = c
    if (!(("ns", c, p) in known))
        peers[c, ++peers_n[c]] = p
    known["ns", c, p] = 1
    value["ns", c, p, r] = field("ns") + 0
    for (figure in heading)
        if (field(figure) != "") {
            value[figure, c, p, r] = field(figure) + 0
            second = figure
        }
    bad += field("bad")
    if (r >= rounds)
        rounds = r + 1
}

END {
    if (!cases_n)
        exit
    printf "\n%s, %d rounds\n\n", title, rounds
    print_line("case", "peer", "ns", "range", second == "" ? "" : heading[second], "resolvx/it")
    for (i = 1; i <= cases_n; i++)
        for (j = 1; j <= peers_n[cases[i]]; j++)
            print_row(cases[i], peers[cases[i], j], j == 1)
    if (bad)
        printf "\n%d wrong answers\n", bad
    printf "\n%s", lines
}
