/* engine/policy.h - what is behind the public sign_policy. Private to this room. */
#ifndef ENGINE_POLICY_H
#define ENGINE_POLICY_H

#include "ades/policy.h"

const struct ades_policy *policy_of(const sign_policy *policy);

#endif
