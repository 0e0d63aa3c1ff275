#!/bin/sh
# root.sh SUITE BASE BASE_PACKAGES FOLDER PACKAGES: Debian roots that are kept. BASE is one of the
# packages that every machine has; FOLDER has PACKAGES besides, where any are named.
set -eu
suite=$1 base=$2 base_packages=$3 folder=$4 packages=$5

mkdir -p "$(dirname "$base")"
exec 9>"$base.lock"
flock 9
trap 'umount -q "$folder.building/proc" || true' EXIT

if ! [ -d "$base" ]; then
  rm -rf "$base.building"
  debootstrap --variant=minbase --include="$base_packages" "$suite" "$base.building" \
    http://deb.debian.org/debian
  # What a container has no use for, and what would make `is-system-running` say degraded.
  chroot "$base.building" systemctl mask --quiet systemd-udevd.service systemd-udevd-control.socket \
    systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-logind.service \
    console-getty.service getty.target
  # The journal outlives a reboot.
  mkdir -p "$base.building/etc/systemd/journald.conf.d" "$base.building/var/log/journal"
  printf '[Journal]\nStorage=persistent\n' >"$base.building/etc/systemd/journald.conf.d/bed.conf"
  echo onshi-box >"$base.building/etc/hostname"
  rm -f "$base.building/var/cache/apt/archives"/*.deb
  mv "$base.building" "$base"
fi

if [ -n "$packages" ] && ! [ -d "$folder" ]; then
  umount -q "$folder.building/proc" || true
  rm -rf "$folder.building"
  cp -a --reflink=auto "$base" "$folder.building"
  # Nothing is started while it is built.
  printf '#!/bin/sh\nexit 101\n' >"$folder.building/usr/sbin/policy-rc.d"
  chmod 755 "$folder.building/usr/sbin/policy-rc.d"
  mount -t proc proc "$folder.building/proc"
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  chroot "$folder.building" apt-get update -qq
  chroot "$folder.building" apt-get install -y -qq --no-install-recommends $packages
  chroot "$folder.building" apt-get clean
  rm "$folder.building/usr/sbin/policy-rc.d"
  umount "$folder.building/proc"
  mv "$folder.building" "$folder"
fi
