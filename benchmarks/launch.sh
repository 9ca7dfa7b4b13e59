# What benchmarks/engine, benchmarks/cluster, benchmarks/growth, benchmarks/placement and benchmarks/micro share; sourced with home set to the repository.
# shellcheck shell=bash disable=SC2034,SC2154

readonly JAVA_MIN=25
classpath_file=$home/benchmarks/target/run.classpath
build_log=$home/benchmarks/target/build.log

say() { printf 'benchmarks: %s\n' "$*" >&2; }
die() { say "$@"; exit 3; }

# The feature release of the Java in $1, or 0.
java_major() {
    local version
    [ -x "$1/bin/javac" ] || { echo 0; return; }
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2> /dev/null) || true
    echo "${version:-0}"
}

java_candidates() {
    [ -z "${TITAN_JAVA_HOME:-}" ] || { printf '%s\n' "$TITAN_JAVA_HOME"; return; }
    [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
    local on_path place
    if on_path=$(command -v java); then
        on_path=$(readlink -f "$on_path" 2> /dev/null || echo "$on_path")
        printf '%s\n' "${on_path%/bin/java}"
    fi
    for place in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        printf '%s\n' "$place"
    done
}

# Sets java_home, or says what to do.
find_java() {
    local candidate
    while IFS= read -r candidate; do
        if [ "$(java_major "$candidate")" -ge "$JAVA_MIN" ]; then
            java_home=$candidate
            return
        fi
    done < <(java_candidates)
    die "a JDK $JAVA_MIN or newer is needed and none was found: set TITAN_JAVA_HOME to the directory of one"
}

# True when everything is compiled and nothing that it is made from has changed since. Classes are run from where Maven
# compiles them to; only what is measured, and what measures, counts: the modules in the array measured.
measured=(proto engine benchmarks)
is_fresh() {
    [ -f "$classpath_file" ] || return 1
    local newer
    newer=$(cd "$home" && find pom.xml "${measured[@]/%//pom.xml}" "${measured[@]/%//src/main}" \
        -newer "$classpath_file" -print -quit)
    [ -z "$newer" ]
}

# Nodes run as a user's do, by ./titan, which is built here, with a heap of $1. TITAN_JAVA_OPTS is for the program that starts them alone.
run_nodes_by_launcher() {
    export TITAN_JAVA_HOME=$java_home TITAN_HEAP=$1
    "$home/titan" --version > /dev/null
    export -n TITAN_JAVA_OPTS
}

build() {
    command -v mvn > /dev/null || die "Maven is needed and there is none on the PATH"
    mkdir -p "${build_log%/*}"
    say "compiling; log: $build_log"
    local started=$home/benchmarks/target/build-started
    touch "$started"
    rm -f "$classpath_file"
    if ! (cd "$home" && JAVA_HOME="$java_home" MAVEN_OPTS="${MAVEN_OPTS:-} -XX:TieredStopAtLevel=1" \
        mvn -B -ntp -DskipTests -Dformat=skip test-compile -Prun-classpath -pl benchmarks -am) < /dev/null > "$build_log" 2>&1; then
        say "that failed. The end of $build_log:"
        grep -E '^\[(ERROR|WARNING)\]' "$build_log" | sed '/To see the full stack trace/,$d' | tail -n 15 >&2
        exit 3
    fi
    printf '%s:%s\n' "$home/benchmarks/target/classes" "$(cat "$home/benchmarks/target/dependencies.classpath")" > "$classpath_file"
    touch -r "$started" "$classpath_file"
}
