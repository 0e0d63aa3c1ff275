#!/bin/sh
# upgrade.sh configured|watch|unpacked-again|running: what follows when a new release is unpacked. It is
# started, watched for a minute, and stays; or the release before, which debian/preinst put aside, goes on.
# Each step may be cut off and is then made again: `phase` is written when the step before is done.
set -eu

TREE=/usr/lib/onshi-agent
PREVIOUS=$TREE.previous
SWITCH=/etc/systemd/system/onshi-agent.service
MARK='# onshi-agent: the release before'
STATE=/var/lib/onshi-agent-upgrade
# Of back-off.sh.
FAILURES=/run/onshi-agent/failures
# At a boot the agent waits for the network first, for two minutes where there is none.
NOT_BEGUN_SECONDS=300
# What comes up later than in a minute is no upgrade for a clinic that is open.
if [ -z "${WATCH_SECONDS:-}" ] && [ -r /etc/default/onshi-agent-upgrade ]; then
  . /etc/default/onshi-agent-upgrade
fi
WATCH_SECONDS=${WATCH_SECONDS:-60}

write() { # FILE: whole or not at all
  cat >"$1.new"
  sync "$1.new"
  mv -f "$1.new" "$1"
  sync "$(dirname "$1")"
}

phase() { cat "$STATE/phase" 2>/dev/null || echo none; }
state_of() { systemctl show onshi-agent.service --property="$1" --value; }

# Of the release before, if it is there; a unit that somebody wrote is left alone.
switch_off() {
  if grep -qs "^$MARK" "$SWITCH"; then
    rm -f "$SWITCH"
    sync "$(dirname "$SWITCH")"
  fi
}

forget() {
  rm -f "$STATE/phase"
  sync "$STATE"
  rm -rf "$PREVIOUS" "$PREVIOUS.new" "$STATE"
}

# An upgrade may be brought to its end days after it began: what came to show since is no fault of the new
# release. The release before must be what answers, not one that has not stayed, nor one that has just
# booted and has not found anything out yet: then what preinst wrote down counts.
look_before() {
  grep -qs "^$MARK" "$SWITCH" || return 0
  case $(cat "$STATE/phase.before" 2>/dev/null || echo none) in
    none | rolled-back) ;;
    *) return 0 ;;
  esac
  [ "$(state_of ActiveState)" = active ] || return 0
  since=$(($(state_of ActiveEnterTimestampMonotonic) / 1000000))
  [ $(($(now) - since)) -ge "$WATCH_SECONDS" ] || return 0
  if timeout 20 /usr/bin/onshi-agent status >"$STATE/before.json.new" 2>/dev/null; then
    mv -f "$STATE/before.json.new" "$STATE/before.json"
  else
    rm -f "$STATE/before.json.new"
  fi
}

# Who is started next does not serve the back-off of who failed; a stop alone does not always end it.
stop_agent() {
  systemctl stop onshi-agent.service || true
  rm -f "$FAILURES"
}

# The new release in place of the one that runs. The old one ends what is under way first.
go_over() {
  look_before
  switch_off
  # Nobody set it up, or somebody switched it off: nothing is started, hence nothing can go wrong.
  if ! [ -e /etc/onshi-agent/agent.toml ] || ! { systemctl --quiet is-enabled onshi-agent.service ||
    systemctl --quiet is-active onshi-agent.service; }; then
    systemctl daemon-reload
    forget
    return
  fi
  stop_agent
  systemctl daemon-reload
  systemctl reset-failed onshi-agent.service 2>/dev/null || true
  systemctl start --no-block onshi-agent.service
  echo watching | write "$STATE/phase"
}

# Whole seconds on a clock that nobody sets.
now() { sed 's/\..*//' /proc/uptime; }

# A minute from the start on; less where systemd has given the new release up.
wait_a_minute() {
  latest=$(($(now) + NOT_BEGUN_SECONDS))
  until=$(($(now) + WATCH_SECONDS))
  while [ "$(now)" -lt "$until" ]; do
    case $(state_of ActiveState) in
      failed) return 0 ;;
      inactive) [ "$(now)" -ge "$latest" ] || until=$(($(now) + WATCH_SECONDS)) ;;
    esac
    sleep 1
  done
}

# Says why it cannot stay; nothing: it stays. $1: empty, or --last: nobody waits for a line to come back.
judged() {
  active=$(state_of ActiveState)
  if [ "$active" != active ]; then
    echo "UNIT_$active"
    return
  fi
  # Between two crashes it looks well.
  if [ "$(state_of NRestarts)" != 0 ]; then
    echo UNIT_restarted
    return
  fi
  code=0
  said=$(timeout 40 "$TREE/bin/node" "$TREE/agent/cli.ts" upgrade judge --before "$STATE/before.json" $1 2>&1) || code=$?
  case $code in
    0) ;;
    1 | 75) echo "$said" | tail -n 1 | tr -cd 'A-Z0-9_ ' ;;
    *) echo "JUDGE_$code" ;;
  esac
}

watch() {
  # Of a power cut in the watch: the agent may come after this.
  wait_a_minute
  why=$(judged '')
  case $why in
    WAIT*)
      echo "onshi-agent: $why: another look in $WATCH_SECONDS s"
      wait_a_minute
      why=$(judged --last)
      ;;
  esac
  if [ -z "$why" ]; then
    echo "onshi-agent: the new release stays"
    forget
  else
    echo "onshi-agent: $why: going back to the release before"
    to=$(dpkg-query -W -f '${Version}' onshi-agent 2>/dev/null || echo unknown)
    printf '{"from":"%s","to":"%s","why":"%s"}\n' "$to" "$(cat "$STATE/from")" "$why" |
      write "$STATE/rolled-back.json"
    chmod 0644 "$STATE/rolled-back.json"
    echo rolling-back | write "$STATE/phase"
    go_back
  fi
}

go_back() {
  # What never answered, or hangs, has nothing under way that a restart would lose.
  if [ "$(state_of ActiveState)" != active ]; then
    systemctl kill --signal=KILL onshi-agent.service 2>/dev/null || true
  fi
  write "$SWITCH" <"$STATE/previous.service"
  systemctl daemon-reload
  stop_agent
  systemctl reset-failed onshi-agent.service 2>/dev/null || true
  systemctl start onshi-agent.service || true
  echo rolled-back | write "$STATE/phase"
  echo "onshi-agent: the release before runs: $(state_of ActiveState)"
}

case $1 in
  configured) # postinst: files and accounts of the new release are there
    [ "$(phase)" != none ] || exit 1
    rm -f "$STATE/rolled-back.json"
    echo configured | write "$STATE/phase"
    ;;
  watch) # onshi-agent-upgrade.service
    [ "$(phase)" != configured ] || go_over
    case $(phase) in
      watching) watch ;;
      rolling-back) go_back ;;
    esac
    ;;
  unpacked-again) # postinst abort-upgrade: dpkg put the files of before back
    before=$(cat "$STATE/phase.before" 2>/dev/null || echo none)
    case $before in
      rolled-back) echo rolled-back | write "$STATE/phase" ;;
      configured | watching) echo configured | write "$STATE/phase" ;;
      # The release that is to go on runs from the tree that is aside.
      rolling-back) echo rolling-back | write "$STATE/phase" ;;
      *)
        switch_off
        forget
        ;;
    esac
    ;;
  running) # postinst: who installed it goes on when the new release answers, or does not within the minute
    echo "onshi-agent: $WATCH_SECONDS 秒見守り、問題があれば前の版に戻ります / watched for $WATCH_SECONDS s"
    until=$(($(now) + WATCH_SECONDS))
    while [ "$(now)" -lt "$until" ]; do
      case $(phase) in
        configured) ;;
        watching) [ "$(state_of ActiveState)" != active ] || break ;;
        *) break ;;
      esac
      sleep 1
    done
    ;;
esac
