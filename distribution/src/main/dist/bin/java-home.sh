# Finds a Java on this machine; sourced by bin/plinth, and by ./plinth in a checkout.
# shellcheck shell=sh

needed_java=25

# Prints the feature release of the JDK in folder $1, or nothing if the tool that is needed is not there.
java_release() {
  [ -x "$1/bin/$needed_tool" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release"
}

is_new_enough() {
  release=$(java_release "$1")
  [ -n "$release" ] && [ "$release" -ge "$needed_java" ]
}

# Prints the folder of the JDK whose java is on the PATH.
java_on_path() {
  java=$(command -v java) || return 0
  while [ -L "$java" ]; do
    link=$(readlink "$java")
    case $link in
      /*) java=$link ;;
      *) java=$(dirname "$java")/$link ;;
    esac
  done
  (cd "$(dirname "$java")/.." && pwd -P)
}

# Prints the folder of a Java $needed_java or newer that has the tool $1 (java or javac), or nothing.
find_java() {
  needed_tool=$1
  for candidate in "${JAVA_HOME:-}" "$(java_on_path)"; do
    if [ -n "$candidate" ] && is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ]; then
    candidate=$(/usr/libexec/java_home -v "$needed_java+" 2>/dev/null || true)
    if [ -n "$candidate" ] && is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  fi
  # The release we test with wins over a newer one.
  newer=
  for candidate in \
    /usr/lib/jvm/* /usr/java/* /usr/local/lib/jvm/* /opt/* /opt/java/* /opt/jdk/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.jbang/cache/jdks/* \
    "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
    is_new_enough "$candidate" || continue
    if [ "$(java_release "$candidate")" = "$needed_java" ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
    newer=${newer:-$candidate}
  done
  [ -z "$newer" ] || printf '%s\n' "$newer"
}
