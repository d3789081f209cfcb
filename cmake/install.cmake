# What `cmake --install` puts on a machine; with the prefix /usr the paths are those of
# docs/OPERATIONS.md.
include(GNUInstallDirs)
install(TARGETS aistack RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY catalog/ DESTINATION ${CMAKE_INSTALL_DATADIR}/aistack/compose
  FILES_MATCHING PATTERN "*.yaml")
install(FILES packaging/tmpfiles.d/aistack.conf DESTINATION lib/tmpfiles.d)
install(FILES packaging/logrotate/aistack DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/logrotate.d)

# The completions come from the program's own command table.
set(completions
  bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions/aistack
  zsh ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions/_aistack
  fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/aistack.fish)
while(completions)
  list(POP_FRONT completions shell file)
  cmake_path(GET file PARENT_PATH directory)
  cmake_path(GET file FILENAME name)
  install(CODE "
    set(text \"${PROJECT_BINARY_DIR}/completions/${name}\")
    file(MAKE_DIRECTORY \"${PROJECT_BINARY_DIR}/completions\")
    execute_process(COMMAND \"$<TARGET_FILE:aistack>\" completion ${shell}
      OUTPUT_FILE \"\${text}\" COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL \"\${text}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${directory}\")")
endwhile()
