"""What can be done in public: algorithms, certificates, time, audit, lifecycles, the store, and the ports to secrets."""
