{
  # One static library for each instruction set, because each needs flags of its own: nothing compiled for AVX-512 or
  # AVX2 may run before dispatch.c has looked at the processor.
  # The -mtune flags matter to gcc alone: its generic tuning copies field elements with `rep movs`, which costs more than
  # a multiplication. icelake-server copies by 32 bytes, right for AVX2; copies of 64-byte vectors in 32-byte pieces would
  # stall the loads that follow, so the IFMA file gets skylake.
  "target_defaults": {
    "cflags_c": [
      "-std=gnu11", "-O3", "-Wall", "-Wextra", "-fvisibility=hidden", "-fstack-protector-strong", "-ffile-prefix-map=<(module_root_dir)=."
    ],
    "defines": ["_FORTIFY_SOURCE=2"],
    "xcode_settings": {
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_C_LANGUAGE_STANDARD": "gnu11",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
    },
  },
  "targets": [
    {
      "target_name": "vesica",
      "sources": ["addon.c", "arguments.c", "dispatch.c", "scalar.c"],
      "ldflags": ["-Wl,-z,relro,-z,now", "-Wl,-z,noexecstack"],
      "conditions": [
        ["target_arch == 'x64'", {"dependencies": ["ristretto_ifma", "ristretto_avx2"]}],
      ],
    },
  ],
  "conditions": [
    ["target_arch == 'x64'", {
      "targets": [
        {
          "target_name": "ristretto_ifma",
          "type": "static_library",
          "sources": ["ristretto-ifma.c"],
          "variables": {
            "set": ["-mavx2", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx512ifma", "-mavx512vbmi2",
                    "-mtune=skylake"],
          },
          "cflags_c": ["<@(set)"],
          "xcode_settings": {"OTHER_CFLAGS": ["<@(set)"]},
        },
        {
          "target_name": "ristretto_avx2",
          "type": "static_library",
          "sources": ["ristretto-avx2.c"],
          "variables": {"set": ["-mavx2", "-mfma", "-mtune=icelake-server"]},
          "cflags_c": ["<@(set)"],
          "xcode_settings": {"OTHER_CFLAGS": ["<@(set)"]},
        },
      ],
    }],
  ],
}
