# postgresql.sh BIN FOLDER COMMAND...: runs the command beside a PostgreSQL of its own in FOLDER, whose socket lies there too.
set -eu
bin=$1 folder=$2
shift 2
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  chown nobody "$folder"
  as="setpriv --reuid nobody --regid nogroup --clear-groups"
fi
$as "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --no-sync > /dev/null
$as "$bin/pg_ctl" start --wait --pgdata="$folder/data" --log="$folder/log" --options="-k $folder -c listen_addresses=" > /dev/null
trap '$as "$bin/pg_ctl" stop --mode=immediate --pgdata="$folder/data" > /dev/null' EXIT
PATH="$bin:$PATH" PGHOST=$folder "$@"
