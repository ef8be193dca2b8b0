#include "shipped_rules.h"

static const unsigned char provider_support[] = {
#embed "../../Rules/provider-support.yaml"
};
static const unsigned char weightings[] = {
#embed "../../Rules/weightings.yaml"
};
static const unsigned char workload[] = {
#embed "../../Rules/workload.yaml"
};
static const unsigned char documentation[] = {
#embed "../../Rules/documentation.yaml"
};
static const unsigned char recovery[] = {
#embed "../../Rules/recovery.yaml"
};
static const unsigned char peer_connection[] = {
#embed "../../Rules/peer-connection.yaml"
};
static const unsigned char psychological_safety[] = {
#embed "../../Rules/psychological-safety.yaml"
};
static const unsigned char alignment[] = {
#embed "../../Rules/alignment.yaml"
};
static const unsigned char voice[] = {
#embed "../../Rules/voice.yaml"
};
static const unsigned char outcomes[] = {
#embed "../../Rules/outcomes.yaml"
};
static const unsigned char interventions[] = {
#embed "../../Rules/interventions.yaml"
};
static const unsigned char evidence[] = {
#embed "../../Rules/evidence.yaml"
};

static const struct belay_shipped_file files[] = {
    {"provider-support.yaml", provider_support, sizeof provider_support},
    {"weightings.yaml", weightings, sizeof weightings},
    {"workload.yaml", workload, sizeof workload},
    {"documentation.yaml", documentation, sizeof documentation},
    {"recovery.yaml", recovery, sizeof recovery},
    {"peer-connection.yaml", peer_connection, sizeof peer_connection},
    {"psychological-safety.yaml", psychological_safety, sizeof psychological_safety},
    {"alignment.yaml", alignment, sizeof alignment},
    {"voice.yaml", voice, sizeof voice},
    {"outcomes.yaml", outcomes, sizeof outcomes},
    {"interventions.yaml", interventions, sizeof interventions},
    {"evidence.yaml", evidence, sizeof evidence},
};

const struct belay_shipped_file *belay_shipped_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
