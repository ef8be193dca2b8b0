#ifndef BELAY_SHIPPED_RULES_H
#define BELAY_SHIPPED_RULES_H

#include <stddef.h>

/// A file of the shipped rules: its path below `Rules/` and its bytes.
struct belay_shipped_file {
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

/// All shipped files; their number goes to `count`.
const struct belay_shipped_file *belay_shipped_files(size_t *count);

#endif
