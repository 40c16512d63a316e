"""What can be done in public: algorithms, certificates, time, audit, lifecycles, the store, the ports to secrets."""
