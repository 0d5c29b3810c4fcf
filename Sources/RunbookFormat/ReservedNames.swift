/// Names of environment variables that a parameter may not take, because they steer the loader, a shell or an
/// interpreter, or because the server sets them itself.
package enum ReservedNames {
    /// Case matters, as it does to a shell; `*_proxy` alone is refused in any case, as programs read it in both.
    package static func contains(_ name: String) -> Bool {
        exact.contains(name) || prefixes.contains(where: name.hasPrefix) || name.lowercased().hasSuffix("_proxy")
    }

    static let prefixes = [
        // The server's own.
        "RUNBOOK_", "LC_",
        // Loaders and the C library.
        "LD_", "DYLD_", "MALLOC_", "GLIBC_", "ASAN_", "LSAN_", "TSAN_", "UBSAN_", "MSAN_",
        // Shells.
        "BASH_", "HIST", "COMP_", "ZSH_",
        // Interpreters and run times.
        "PYTHON", "PERL", "RUBY", "GEM_", "BUNDLE_", "NODE_", "NPM_CONFIG_", "npm_config_", "LUA_", "JAVA_",
        "JDK_JAVA_", "DOTNET_", "COMPLUS_", "CORECLR_", "COR_", "TCL", "GUILE_", "ERL_", "PHP_INI_",
        // Programs that take commands or options from the environment.
        "GIT_", "SSH_", "SUDO_", "SYSTEMD_", "CARGO_", "RUSTC", "OPENSSL_", "QT_", "GTK_", "LESS", "PIP_", "XDG_",
    ]

    static let exact: Set<String> = [
        // The server's own.
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TMP", "TEMP",
        // Shells: start-up files, options, splitting, prompts, and names that bash keeps for itself.
        "ENV", "IFS", "SHELL", "SHELLOPTS", "BASHOPTS", "BASH", "CDPATH", "GLOBIGNORE", "GLOBSORT", "EXECIGNORE",
        "FIGNORE", "FPATH", "FUNCNAME", "FUNCNEST", "INPUTRC", "KSH_VERSION", "MAILPATH", "MAIL", "MAILCHECK",
        "POSIXLY_CORRECT", "PROMPT_COMMAND", "PROMPT_DIRTRIM", "PS0", "PS1", "PS2", "PS3", "PS4", "PWD", "OLDPWD",
        "SHLVL", "TIMEFORMAT", "TMOUT", "ZDOTDIR", "NULLCMD", "READNULLCMD", "FCEDIT", "CHILD_MAX", "UID", "EUID",
        "GROUPS", "PPID", "DIRSTACK", "LINENO", "OPTIND", "OPTARG", "OPTERR", "RANDOM", "SRANDOM", "SECONDS",
        "EPOCHSECONDS", "EPOCHREALTIME", "PIPESTATUS", "REPLY", "MAPFILE", "COPROC", "argv", "path", "fpath", "cdpath",
        "manpath", "module_path", "mailpath", "psvar", "fignore", "status", "prompt",
        // The C library: converters, host names, message catalogues, terminals.
        "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF",
        "RES_OPTIONS", "RESOLV_ADD_TRIM_DOMAINS", "TERM", "TERMCAP", "TERMINFO", "TERMINFO_DIRS", "TERMPATH",
        // Run times.
        "CLASSPATH", "_JAVA_OPTIONS", "IBM_JAVA_OPTIONS", "MAVEN_OPTS", "GRADLE_OPTS", "ANT_OPTS", "PHPRC", "LUA_INIT",
        "AWKPATH", "AWKLIBPATH", "R_HOME", "R_PROFILE", "R_ENVIRON", "JULIA_LOAD_PATH", "GOFLAGS", "GOROOT",
        // Compilers and make.
        "GCC_EXEC_PREFIX", "COMPILER_PATH", "LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH",
        "MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR",
        // Programs that start other programs named here, or read options or certificates from here.
        "BROWSER", "CURL_CA_BUNDLE", "CURL_HOME", "CVS_RSH", "EDITOR", "GREP_OPTIONS", "GZIP", "MANPAGER", "MANPATH",
        "NETRC", "PAGER", "REQUESTS_CA_BUNDLE", "RSYNC_RSH", "RSYNC_CONNECT_PROG", "SSL_CERT_DIR", "SSL_CERT_FILE",
        "SSLKEYLOGFILE", "TAR_OPTIONS", "VISUAL", "WGETRC", "XZ_OPT", "XZ_DEFAULTS", "ZSTD_CLEVEL",
    ]
}
