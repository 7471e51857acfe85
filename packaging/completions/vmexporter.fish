# fish completion for vmexporter; generated from the command line itself.
complete -c vmexporter -f
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a serve -d 'Serve the page and the REST API on this machine: what vmexporter without a command does.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a validate -d 'Try the address: what answers there, which version, which tenant, and whether samples can be exported.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a tenants -d 'List the tenants of a cluster, where the server tells them.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a discover -d 'List the VictoriaMetrics components of a time range (the last hour by default).'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a sample -d 'Show a few real series, as they are and as support would see them; or every label of the selection.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a policy -d 'Show what happens to which label, and why: the tables, and what was chosen above them.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a export -d 'Export to a bundle: a ZIP with a checksum beside it and, when obfuscated, the map that stays with you.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a import -d 'Import a bundle into a VictoriaMetrics, and count afterwards whether all of it is there.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a resume -d 'Go on with an interrupted export or import. Credentials were not kept: give them again.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a inspect -d 'Check a bundle'\''s checksums and show what is inside.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a audit -d 'Search a finished bundle, every byte of it, for what the map says must not be in it.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a reveal -d 'Turn the pseudonyms in a text, such as an answer of support, or in a bundle back into what they stand for.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a convert -d 'Write a bundle anew in its other form, by way of a VictoriaMetrics that runs for that long.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a open -d 'Look at bundles: dashboards and findings, from a VictoriaMetrics that runs as long as you look.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a report -d 'Write what there is to see in bundles as one file of HTML, to be attached to a ticket.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a map -d 'Look at, merge, encrypt or decrypt obfuscation maps.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a config -d 'About the configuration file of --config.'
complete -c vmexporter -n '__fish_use_subcommand; and not __fish_seen_subcommand_from serve validate tenants discover sample policy export import resume inspect audit reveal convert open report map config targets' -a targets -d 'Recent targets of imports: list them, forget them, or keep none.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and not __fish_seen_subcommand_from show merge encrypt decrypt' -a show -d 'Show how many entries of which kinds a map has; none of them.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and not __fish_seen_subcommand_from show merge encrypt decrypt' -a merge -d 'Make one map of two; what contradicts itself is refused.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and not __fish_seen_subcommand_from show merge encrypt decrypt' -a encrypt -d 'Write a map anew, encrypted by a passphrase.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and not __fish_seen_subcommand_from show merge encrypt decrypt' -a decrypt -d 'Write an encrypted map anew, in clear.'
complete -c vmexporter -n '__fish_seen_subcommand_from config; and not __fish_seen_subcommand_from schema' -a schema -d 'Print the JSON Schema of the configuration file, for editors and checks.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and not __fish_seen_subcommand_from list forget off on' -a list -d 'List the addresses that were imported to lately.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and not __fish_seen_subcommand_from list forget off on' -a forget -d 'Delete one address, or all.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and not __fish_seen_subcommand_from list forget off on' -a off -d 'Keep no addresses any more, and delete those that are kept.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and not __fish_seen_subcommand_from list forget off on' -a on -d 'Keep addresses again.'
complete -c vmexporter -n '__fish_seen_subcommand_from serve' -l host -d 'Address to listen at; another than loopback lets others in.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from serve' -l port -d 'Port; else 8080 or the next that is free.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from serve' -l output -s o -r -F -d 'Folder for bundles, the only one touched.'
complete -c vmexporter -n '__fish_seen_subcommand_from serve' -l max-runs -d 'Exports at the same time.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from serve' -l no-browser -d 'Do not open a browser.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l config -r -F -d 'File (TOML or JSON) with what is not said here; see docs/unattended.md.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from validate' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l config -r -F -d 'File (TOML or JSON) with what is not said here; see docs/unattended.md.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from tenants' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l config -r -F -d 'File (TOML or JSON) with what is not said here; see docs/unattended.md.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l last -d 'The time up to now: 15m, 6h, 7d.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l start -d 'now-6h, 2026-11-23T10:00:00Z, or Unix seconds or ms.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l end -d 'As --start; now if it is left out.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from discover' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l all-labels -d 'Every label in place of a few series: what becomes of it, and why.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l config -r -F -d 'File (TOML or JSON) with what is not said here; see docs/unattended.md.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l last -d 'The time up to now: 15m, 6h, 7d.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l start -d 'now-6h, 2026-11-23T10:00:00Z, or Unix seconds or ms.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l end -d 'As --start; now if it is left out.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l component -d 'Only this component, such as vmstorage. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l job -d 'Only this job. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l instance -d 'Only this instance. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l selector -d 'Series by selector, such as '\''{job=~"a|b"}'\'', in place of components.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l query -d 'Values of a MetricsQL expression, at --step.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l step -d 'Keep one sample a step; every sample if left out.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l level -d 'support (default), strict, or none (only secrets are removed).' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l obfuscate -l no-obfuscate -d 'Pseudonyms for private values; --no-obfuscate is --level none.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l policy -r -F -d 'Policy file (TOML); see vmexporter policy.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l keep-label -d 'Leave this label'\''s values as they are. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l map-label -d 'Map all values of this label. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l drop-label -d 'Leave this label out. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l words-file -r -F -d 'File with words that must vanish wherever they stand, one a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l map -r -F -d 'Map of an earlier export: its pseudonyms stay the same.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l passphrase-file -r -F -d 'File with the passphrase of the map; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from sample' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l level -d 'support (default), strict, or none (only secrets are removed).' -x
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l obfuscate -l no-obfuscate -d 'Pseudonyms for private values; --no-obfuscate is --level none.'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l policy -r -F -d 'Policy file (TOML); see vmexporter policy.'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l keep-label -d 'Leave this label'\''s values as they are. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l map-label -d 'Map all values of this label. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l drop-label -d 'Leave this label out. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l words-file -r -F -d 'File with words that must vanish wherever they stand, one a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from policy' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l config -r -F -d 'File (TOML or JSON) with what is not said here; see docs/unattended.md.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l last -d 'The time up to now: 15m, 6h, 7d.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l start -d 'now-6h, 2026-11-23T10:00:00Z, or Unix seconds or ms.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l end -d 'As --start; now if it is left out.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l component -d 'Only this component, such as vmstorage. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l job -d 'Only this job. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l instance -d 'Only this instance. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l selector -d 'Series by selector, such as '\''{job=~"a|b"}'\'', in place of components.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l query -d 'Values of a MetricsQL expression, at --step.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l step -d 'Keep one sample a step; every sample if left out.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l level -d 'support (default), strict, or none (only secrets are removed).' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l obfuscate -l no-obfuscate -d 'Pseudonyms for private values; --no-obfuscate is --level none.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l policy -r -F -d 'Policy file (TOML); see vmexporter policy.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l keep-label -d 'Leave this label'\''s values as they are. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l map-label -d 'Map all values of this label. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l drop-label -d 'Leave this label out. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l words-file -r -F -d 'File with words that must vanish wherever they stand, one a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l map -r -F -d 'Map of an earlier export: its pseudonyms stay the same.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l passphrase-file -r -F -d 'File with the passphrase of the map; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l encrypt-map -d 'Write the map encrypted by a passphrase.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l one-way -d 'Keep no map: nobody can turn the pseudonyms back.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l output -s o -r -F -d 'FILE.zip, FOLDER/, or - for the metrics alone.'
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l window -d 'Longest slice asked for at once.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l format -d 'jsonl; native: stored blocks, which cost the server next to nothing and are read by v1.82 and later; auto: native where it works.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from export' -l require-complete -d 'An error in place of a partial bundle.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l insert-url -d 'Address that takes data in (a vminsert), when URL is only for queries.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l shift-to-now -d 'Move all samples in time: the last one is of now.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l align-start -d 'Move all samples: the first one is of this time.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l shift -d 'Move all samples by this: 90m, -7d.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l extra-label -d 'A label for all series, such as bundle=case-123. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l drop-label -d 'Leave this label out. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l job -d 'Only this job. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l start -d 'Only samples from here on, in the bundle'\''s own time.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l end -d 'Only samples up to here.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l check-only -d 'Look through the bundle and the target, send nothing.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l force -d 'Import what is sound of a damaged bundle.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l no-verify -d 'Do not count afterwards what the target has.'
complete -c vmexporter -n '__fish_seen_subcommand_from import' -l parallel -d 'Requests under way at once.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -F
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l user -d 'User name for basic authentication.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l password-file -r -F -d 'File with the password; else $VMEXPORTER_PASSWORD, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l token-file -r -F -d 'File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l header -d 'Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l headers-file -r -F -d 'File with extra headers, one '\''Name: value'\'' a line.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l tenant -d 'accountID[:projectID] or multitenant.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l ca-file -r -F -d 'Trust this CA (PEM) in place of the system'\''s.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l client-cert -r -F -d 'Client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l client-key -r -F -d 'Key of the client certificate (PEM).'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l insecure -d 'Do not check the server'\''s certificate.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l gzip -d 'Ask for compressed answers: for slow networks.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l stall-timeout -d 'Give a connection up when nothing comes for so long.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l passphrase-file -r -F -d 'File with the passphrase, where the map is encrypted.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l url -d 'Another address than the one the export was begun with.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from resume' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from inspect' -F
complete -c vmexporter -n '__fish_seen_subcommand_from inspect' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from inspect' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from inspect' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -F
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -l map -r -F -d 'The map of the export.'
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from audit' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l map -r -F -d 'The map of the export.'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l bundle -r -F -d 'Turn a whole bundle back, into the file named by the argument.'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from reveal' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -F
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l to -d 'jsonl or native.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l output -s o -r -F -d 'The new file; beside the bundle if it is left out.'
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l victoria-metrics -d 'The single-node VictoriaMetrics to use; else victoria-metrics or victoria-metrics-prod on PATH.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from convert' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l victoria-metrics -d 'The single-node VictoriaMetrics to use; else victoria-metrics or victoria-metrics-prod on PATH.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l force -d 'Take what is sound of a damaged file.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l keep -r -F -d 'A new folder for the data, which then stays.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l port -d 'Port of the page; else 8080 or the next that is free.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l grafana -r -F -d 'Also write a new folder with what Grafana needs to show it.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l no-browser -d 'Do not open a browser.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from open' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l output -s o -r -F -d 'The new file, HTML.'
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l victoria-metrics -d 'The single-node VictoriaMetrics to use; else victoria-metrics or victoria-metrics-prod on PATH.' -x
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l force -d 'Take what is sound of a damaged file.'
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from report' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from show' -F
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from show' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from show' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from show' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from show' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from merge' -F
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from merge' -l output -s o -r -F -d 'The new file.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from merge' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from encrypt' -F
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from encrypt' -l output -s o -r -F -d 'The new file.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from encrypt' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from decrypt' -F
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from decrypt' -l output -s o -r -F -d 'The new file.'
complete -c vmexporter -n '__fish_seen_subcommand_from map; and __fish_seen_subcommand_from decrypt' -l passphrase-file -r -F -d 'File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and __fish_seen_subcommand_from list' -l json -d 'Print the result as JSON.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and __fish_seen_subcommand_from list' -l quiet -s q -d 'No progress, only results and errors.'
complete -c vmexporter -n '__fish_seen_subcommand_from targets; and __fish_seen_subcommand_from list' -l log-format -d 'How progress and errors are told on standard error: text, or one JSON object a line.' -x -a 'text json'
