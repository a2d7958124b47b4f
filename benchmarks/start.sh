#!/bin/sh
# How long a start takes, from exec to the last ready line, and what an idle launcher holds: nine starts on free ports
# with the ahead-of-time cache. Called by './plinth bench start'.
set -eu
launcher=$1
runs=9
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/free.yaml" <<END
admin: {port: 0}
centro: {grpc-port: 0, http-port: 0}
ztap: {http-port: 0}
labmgr: {http-port: 0}
registry: {http-port: 0}
END
XDG_STATE_HOME=$folder
export XDG_STATE_HOME
"$launcher" prepare >&2
i=0
while [ $i -lt $runs ]; do
  : >"$folder/out"
  begun=$(date +%s%N)
  "$launcher" start --config "$folder/free.yaml" >"$folder/out" 2>"$folder/err" &
  pid=$!
  until grep -q '^plinth ' "$folder/out"; do
    kill -0 $pid 2>/dev/null || { cat "$folder/err" >&2; exit 1; }
    sleep 0.01
  done
  ended=$(date +%s%N)
  sleep 5
  echo "$(((ended - begun) / 1000000)) $(ps -o rss= -p $pid)" | tee -a "$folder/runs" |
    awk '{ printf "  %d ms, %d MB resident after 5 s idle\n", $1, $2 / 1024 }'
  grep -E 'WARN|ERROR|Exception' "$folder/err" && echo "  ^ warnings" || true
  kill $pid
  wait $pid || true
  i=$((i + 1))
done
median() { sort -n | sed -n "$(((runs + 1) / 2))p"; }
ms=$(cut -d ' ' -f 1 "$folder/runs" | median)
mb=$(($(awk '{ print $2 }' "$folder/runs" | median) / 1024))
echo "start, median of $runs: $ms ms (bar 1500 ms: $([ "$ms" -le 1500 ] && echo ok || echo above))"
echo "idle, median of $runs: $mb MB resident (bar 220 MB: $([ "$mb" -le 220 ] && echo ok || echo above))"
echo "flags: serial collector, -Xms32m -Xmx${PLINTH_HEAP:-1g}, compact object headers"
