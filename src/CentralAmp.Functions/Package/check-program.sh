#!/bin/sh
# Refuses a program that Lambda's managed runtime on Amazon Linux 2023 cannot start.
# Usage: check-program.sh PROGRAM x64|arm64. Exit codes: 0 it can start there, 1 it cannot, 2 it could not be read.
set -u
program=$1
architecture=$2

# Amazon Linux 2023 has glibc 2.34, and these libraries without a package more.
newest_glibc=34
libraries='ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libz.so.1 libssl.so.3 libcrypto.so.3'

refuse() { echo "check-program: error: $program: $1" >&2; exit "${2:-1}"; }

case $architecture in
  x64) machine='X86-64' ;;
  arm64) machine='AArch64' ;;
  *) refuse "the architecture is '$architecture'; it must be x64 or arm64" 2 ;;
esac
reader=$(command -v readelf || command -v llvm-readelf) || refuse "readelf is missing: install binutils" 2
header=$("$reader" -h "$program" 2>/dev/null) || refuse "it is not an ELF program" 2

case $header in
  *"Machine:"*"$machine"*) ;;
  *) refuse "it is for $(echo "$header" | sed -n 's/^ *Machine: *//p'), not for $machine" ;;
esac

versions=$("$reader" -V "$program")
# Not a version of symbols: relative relocations in the packed form, which glibc reads since 2.36 (its release notes).
case $versions in
  *GLIBC_ABI_DT_RELR*) refuse "its relocations are packed, which needs glibc 2.36, and Amazon Linux 2023 has 2.$newest_glibc: link it without -z pack-relative-relocs" ;;
esac
for version in $(echo "$versions" | sed -n 's/.*Name: GLIBC_2\.\([0-9]*\).*/\1/p' | sort -un); do
  [ "$version" -le "$newest_glibc" ] ||
    refuse "it needs glibc 2.$version, and Amazon Linux 2023 has 2.$newest_glibc: compile it on Debian 12, Ubuntu 22.04, Amazon Linux 2023, or with CentralAmpPackage=container"
done

for library in $("$reader" -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
  case " $libraries " in
    *" $library "*) ;;
    *) refuse "it needs $library, which Amazon Linux 2023 does not have by default" ;;
  esac
done
