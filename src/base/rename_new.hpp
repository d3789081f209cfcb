#pragma once

namespace aistack {

// renameat2(2) with RENAME_NOREPLACE: 0, or -1 and errno, EEXIST where the new name is taken. On
// file systems that do not know the flag and say EINVAL (NFS, ZFS before 2.2) the name is looked at
// first: what another process puts there in between is replaced then, so both names must lie where
// nobody else writes.
int rename_new(int from_directory, const char* from, int to_directory, const char* to);

}  // namespace aistack
