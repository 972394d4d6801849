#!/bin/sh
# apart.sh FOLDER: what makes the signatures with time includes of the library the rooms base and der alone. A reader or writer of
# signatures beside it could be wrong in the same way, and agree.
set -u
cd "$1" || exit 1
n=0
failed=0
for file in *.c *.h; do
    n=$((n + 1))
    others=$(sed -n 's/^ *# *include *["<]\(.*\)[">].*/\1/p' "$file" |
        grep -e / -e '^sign' | grep -v -E '^(base|der|stamps|openssl|libxml|sys)/[a-z0-9_]+\.h$|^cases/path\.h$')
    if [ -z "$others" ]; then
        echo "ok $n - $file stands apart"
    else
        echo "not ok $n - $file includes" $others
        failed=1
    fi
done
echo "1..$n"
[ "$n" -gt 15 ] || exit 1
exit $failed
