# lint tests
TESTS += %D%/manpages.sh
EXTRA_DIST += %D%/manpages.sh
