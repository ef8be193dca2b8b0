#include "shipped_rules.h"

static const unsigned char provider_support[] = {
#embed "../../Rules/provider-support.yaml"
};

static const struct belay_shipped_file files[] = {
    {"provider-support.yaml", provider_support, sizeof provider_support},
};

const struct belay_shipped_file *belay_shipped_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
