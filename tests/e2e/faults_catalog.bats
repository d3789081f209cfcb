#!/usr/bin/env bats
# Mistakes in catalog files, and names that are no names.

load support
load faults_golden

# catalog_fault NAME WHAT REMEDY: installing the file on stdin is refused, with this message.
catalog_fault() {
  cat >"$ETC/mine.yaml"
  fault "catalog-$1" 2 "$2" "$3" install mine
  rm "$ETC/mine.yaml"
}

@test "mistakes of syntax" {
  catalog_fault tab "A tab indents a line" "YAML indents with spaces only." \
    <<<$'services:\n\tmine:\n\t\timage: x'
  catalog_fault twice "A key stands twice" "Keep one of the two." <<'YAML'
services:
  mine:
    image: a
    image: b
YAML
  catalog_fault no-yaml "The file is no YAML" "Correct the line that is named." <<'YAML'
services:
  mine: {image: x
YAML
  catalog_fault no-services "The file describes no service" "A catalog file needs a service." <<'YAML'
volumes:
  data:
YAML
  catalog_fault empty "The file is empty" "Write a Compose file into it, or delete it." </dev/null
}

@test "mistakes in keys: all of a file at once" {
  catalog_fault keys "Keys that do not exist, or have the wrong type" \
    "Each line names the key and, where one is near, what was probably meant." <<'YAML'
services:
  mine:
    imagee: x
    image: [x]
    ports: ["99999:80", "80:http"]
    restart: sometimes
    mem_limit: lots
    depends_on: [nobody]
    networks: [nowhere]
    volumes: ["nothing:/data"]
YAML
  catalog_fault unsupported "Keys that Docker Compose has and aistack cannot honour" \
    "The message says what to use instead." <<'YAML'
services:
  mine:
    build: .
    extends: other
YAML
  catalog_fault block "Mistakes in x-aistack" "Correct the lines that are named." <<'YAML'
services:
  mine:
    image: x
x-aistack:
  titel: Mine
  role: boss
  main: yours
  health: { port: web, startup_timeout: soon }
YAML
}

@test "mistakes that take two lines to make" {
  catalog_fault cycle "Services wait for each other" "Take one of the dependencies out." <<'YAML'
services:
  mine: { image: x, depends_on: [yours] }
  yours: { image: x, depends_on: [mine] }
YAML
  catalog_fault variable "A variable that must be set is not" \
    "Set it in the environment or in a file .env beside the catalog file." <<'YAML'
services:
  mine:
    image: "x:${MY_TAG:?give a version}"
YAML
  catalog_fault bomb "Anchors that unfold to gigabytes" "Nothing: such a file is an attack." <<'YAML'
services:
  mine:
    image: x
    labels: &a { a: "1", b: "2", c: "3", d: "4", e: "5", f: "6", g: "7", h: "8", i: "9" }
x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
x-e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
x-f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
x-g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
YAML
}

@test "an override without the file that it overrides" {
  printf 'services:\n  lonely:\n    image: x\n' >"$ETC/lonely.override.yaml"
  fault catalog-override 2 "An override file has nothing to override" \
    "Give the file the name of the service's own file, or delete it." install lonely
}

@test "a catalog file that is a directory, a pipe, or may not be read" {
  mkdir "$ETC/folder.yaml"
  mkfifo "$ETC/pipe.yaml"
  ln -s /nowhere "$ETC/dangling.yaml"
  fault catalog-folder 2 "A catalog file is a directory" "Move it away." install folder
  fault catalog-pipe 2 "A catalog file is no regular file" "Move it away." install pipe
  fault catalog-dangling 2 "A catalog file is a link to nothing" "Delete the link." install dangling
  rm -r "$ETC"/{folder,pipe,dangling}.yaml
}

@test "one broken file does not stand in the way of the other services" {
  printf 'services: [\n' >"$ETC/broken.yaml"
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  run --separate-stderr aistack catalog
  assert_line broken
}

@test "a service that runs does not vanish with a typing error in its file" {
  aistack install ollama
  printf 'services:\n  ollama:\n    imge: x\n' >"$ETC/ollama.override.yaml"
  run --separate-stderr aistack health
  assert_equal 6 "$status"
  assert_line yellow
  docker stop -t 1 aistack-ollama
  run --separate-stderr aistack status --exit-code
  assert_equal 6 "$status"
  assert_line "ollama: its file cannot be used: $ETC/ollama.override.yaml:3:"
}

@test "a service whose file is broken or gone can be looked at, stopped and removed" {
  cat >"$ETC/mine.yaml" <<YAML
services:
  mine:
    image: $AISTACK_TEST_IMAGE
    container_name: mine
    volumes: ["mine_data:/data"]
volumes: { mine_data: { name: mine_data } }
x-aistack: { health: { port: 8080, path: / } }
YAML
  aistack install ollama mine
  echo kept >"$VOLUMES/mine_data/file"
  printf 'services:\n  ollama:\n    imge: x\n' >"$ETC/ollama.override.yaml"
  rm "$ETC/mine.yaml"
  run --separate-stderr aistack logs mine
  assert_equal 0 "$status"
  assert_line "listening on"
  run --separate-stderr aistack logs ollama
  assert_equal 0 "$status"
  assert_line "listening on"
  fault catalog-purge 2 "A service whose file is broken is to be removed with its data" \
    "Mend the file, or remove it without \`--purge\`, which keeps the data." remove ollama --purge
  aistack stop mine
  run --separate-stderr aistack remove mine ollama
  assert_equal 0 "$status"
  assert_line "kept volumes:   mine_data"
  assert_line "kept volumes:   ollama_data"
  assert_line "network gone:   aistack-net"
  assert_equal kept "$(cat "$VOLUMES/mine_data/file")"
  assert_equal "" "$(docker ps -aq)$(docker network ls -q --filter type=custom)"
  run aistack status
  assert_line "No services installed"
}

@test "data whose disk is not mounted is not replaced by an empty directory" {
  mkdir "$VOLUMES"
  mount -t tmpfs tmpfs "$VOLUMES"
  aistack install ollama
  aistack stop ollama
  umount "$VOLUMES"
  fault disk-not-mounted 1 "The disk with the data is not mounted" "Mount it." start ollama
  assert_equal "" "$(ls "$VOLUMES")"
}

@test "names that lead out of the catalog, look like options, or are far too long" {
  local long
  long=$(printf 'a%.0s' {1..10000})
  fault name-path 2 "A service's name is a path" \
    "Services are named as \`aistack catalog\` lists them." install ../../etc/passwd
  fault name-slash 2 "A service's name is a path, of a service that exists" \
    "Use the name alone." start ./ollama
  fault name-option 2 "A service's name looks like an option" \
    "Service names do not begin with a dash." install -- -ollama
  fault name-unknown-option 2 "An option that does not exist" \
    "\`aistack help install\` lists the options." install -ollama
  fault name-long 2 "A service's name has 10,000 characters" \
    "Services are named as \`aistack catalog\` lists them." install "$long"
  fault name-empty 2 "A service's name is empty" \
    "Services are named as \`aistack catalog\` lists them." install ""
  fault name-control 2 "A service's name has control characters" \
    "Services are named as \`aistack catalog\` lists them." logs $'oll\e[31mama\n'
  for verb in stop restart remove status logs repair update rollback; do
    run --separate-stderr timeout 20 "$AISTACK_BINARY" "$verb" "../$long"
    [ "$status" = 2 ]
    [ ${#stderr} -lt 3000 ]
  done
}

@test "names in a file that are no names" {
  catalog_fault container-name "A container's name is a path" \
    "Letters, digits, dots, dashes and underscores make a name." <<'YAML'
services:
  mine:
    image: x
    container_name: ../../mine
YAML
  catalog_fault service-name "A Compose service's name is a path" \
    "Letters, digits, dots, dashes and underscores make a name." <<'YAML'
services:
  ../mine:
    image: x
YAML
  printf 'services:\n  x:\n    image: x\n' >"$ETC/-dash.yaml"
  printf 'services:\n  x:\n    image: x\n' >"$ETC/two words.yaml"
  run --separate-stderr aistack catalog
  assert_equal 0 "$status"
}
