#!/bin/sh
# back-off.sh failed|wait: a crash at every start is started anew at once three times, then ever more
# rarely, up to once a minute: it is not to fill the disk with its own stack, and a clinic opens at nine.
# systemd does it itself from 254 on only (RestartSteps=). $2 is a file that a stop removes. `wait` is an ExecCondition=.
file=$2
count=$(cat "$file" 2>/dev/null || echo 0)

case $1 in
  failed)
    # Of ExecStopPost=: who was asked to stop has not failed, and an hour of work is no crash loop.
    if [ "${SERVICE_RESULT:-success}" = success ]; then
      rm -f "$file"
    elif [ -n "$(find "$file" -mmin +60 2>/dev/null)" ]; then
      echo 1 >"$file"
    else
      echo $((count + 1)) >"$file"
    fi
    ;;
  wait)
    [ "$count" -gt 3 ] || exit 0
    seconds=60
    [ "$count" -gt 8 ] || seconds=$((1 << (count - 3)))
    echo "onshi-agent failed $count times; starting in $seconds s"
    exec sleep "$seconds"
    ;;
esac
