# shellcheck shell=bash
# Makes images that look like the three services' own (entry point, environment, port, volumes,
# healthcheck) around the static simulator binary. Sourced; needs DOCKER (a command, as an array)
# and SIMULATOR (the binary's path).

# simulator_layer [FILE]: the image's files, FILE beside the program. The same bytes every time, so
# that images share the layer.
simulator_layer() {
  local extra=()
  [ -z "${1:-}" ] || extra=(-C "$(dirname "$1")" "$(basename "$1")")
  tar --transform "s,^$(basename "$SIMULATOR")\$,svc," --owner=0 --group=0 --numeric-owner \
    --mode=0755 --mtime=@0 -c -C "$(dirname "$SIMULATOR")" "$(basename "$SIMULATOR")" "${extra[@]}"
}

# simulator_image REFERENCE SERVICE [NAME=VALUE…]: the image of one service, with this environment.
simulator_image() {
  local reference=$1 service=$2
  shift 2
  local changes=(--change "ENV SIM_SERVICE=$service" --change "LABEL aistack.simulator=true")
  local health=(--change
    'HEALTHCHECK --interval=1s --timeout=3s --start-period=60m CMD ["/svc", "healthcheck"]')
  if [ "${DOCKER[0]}" = podman ]; then
    health=() # its import knows none
    changes+=(--quiet)
  fi
  case $service in
    ollama)
      changes+=(--change 'ENTRYPOINT ["/svc"]' --change 'CMD ["serve"]' --change 'EXPOSE 11434'
        --change 'ENV OLLAMA_HOST=0.0.0.0:11434' --change 'ENV NVIDIA_VISIBLE_DEVICES=all'
        --change 'ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility')
      ;;
    localai)
      changes+=(--change 'ENTRYPOINT ["/svc"]' --change 'EXPOSE 8080' --change 'ENV MODELS_PATH=/models'
        --change 'VOLUME /models' --change 'VOLUME /backends' --change 'VOLUME /configuration'
        --change 'VOLUME /data' "${health[@]}")
      ;;
    openwebui)
      changes+=(--change 'CMD ["/svc"]' --change 'EXPOSE 8080' --change 'ENV PORT=8080'
        "${health[@]}")
      ;;
    *)
      changes+=(--change 'ENTRYPOINT ["/svc"]' --change 'EXPOSE 8080')
      ;;
  esac
  local variable
  for variable in "$@"; do changes+=(--change "ENV $variable"); done
  simulator_layer "" | "${DOCKER[@]}" import "${changes[@]}" - "$reference" >/dev/null
}
