/* A cryptographic device for tests, with the interface of GM/T 0018 (SDF). See README.md. */

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEYS 8
#define SESSIONS 64
#define TRIES 5
#define MAX_LEN 64
#define SCALAR 32
#define PLAIN_MAX 4096
static const char PIN[] = "sdf-pin-for-tests";

enum {
    SDR_OK = 0,
    SDR_COMMFAIL = 0x01000003,
    SDR_OPENDEVICE = 0x01000005,
    SDR_OPENSESSION = 0x01000006,
    SDR_PARDENY = 0x01000007,
    SDR_KEYNOTEXIST = 0x01000008,
    SDR_SKOPERR = 0x0100000C,
    SDR_SIGNERR = 0x0100000D,
    SDR_ENCDATAERR = 0x01000016,
    SDR_PRKRERR = 0x01000018,
    SDR_NOBUFFER = 0x0100001C,
    SDR_INARGERR = 0x0100001D,
};

typedef struct {
    unsigned int bits;
    unsigned char x[MAX_LEN], y[MAX_LEN];
} ECCrefPublicKey;

typedef struct {
    unsigned char r[MAX_LEN], s[MAX_LEN];
} ECCSignature;

typedef struct {
    unsigned char x[MAX_LEN], y[MAX_LEN], M[32];
    unsigned int L;
    unsigned char C[1];
} ECCCipher;

struct session {
    unsigned int generation;
    int open;
    unsigned char granted[KEYS + 1];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static EVP_PKEY *sign_pairs[KEYS + 1], *encryption_pairs[KEYS + 1];
static unsigned int wrong[KEYS + 1];
static unsigned int generation = 1;
static struct session sessions[SESSIONS];

/* What the next calls of a function do instead of their work. */
static struct fault {
    const char *name;
    int code;  /* returned instead; 0 where the function does its work and something is done to it */
    int times;
    int calls;
} faults[] = {
    {"open_device", SDR_OPENDEVICE, 0, 0},     /* the device does not answer */
    {"open_session", SDR_OPENSESSION, 0, 0},   /* busy: no session is free */
    {"opened", 0, 0, 0},                       /* counts the sessions that were opened */
    {"access", SDR_COMMFAIL, 0, 0},
    {"sign", SDR_COMMFAIL, 0, 0},              /* the line breaks */
    {"sign_refused", SDR_SIGNERR, 0, 0},
    {"sign_forgotten", SDR_PARDENY, 0, 0},     /* the right that was given is gone */
    {"sign_wrong", 0, 0, 0},                   /* a signature with a flipped bit */
    {"sign_zero", 0, 0, 0},                    /* r = 0 */
    {"sign_high", 0, 0, 0},                    /* a number of more than 256 bits */
    {"sign_slow", 0, 0, 0},                    /* half a second */
    {"export", SDR_COMMFAIL, 0, 0},
    {"export_garbage", 0, 0, 0},               /* a point that is not on the curve */
    {"export_high", 0, 0, 0},                  /* a coordinate of more than 256 bits */
    {"export_bits", 0, 0, 0},                  /* a key of another length */
    {"decrypt", SDR_COMMFAIL, 0, 0},
    {"decrypt_long", 0, 0, 0},                 /* says that it wrote more than there is room for */
    {"random", SDR_COMMFAIL, 0, 0},
    {"close_session", SDR_COMMFAIL, 0, 0},
    {"release", SDR_COMMFAIL, 0, 0},
    {"close_device", SDR_COMMFAIL, 0, 0},
};

static struct fault *find(const char *name) {
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (!strcmp(faults[i].name, name)) return &faults[i];
    abort();
}

static int struck(const char *name) {
    struct fault *one = find(name);
    if (one->times == 0) return 0;
    one->times--;
    return 1;
}

static int called(const char *name) {
    struct fault *one = find(name);
    one->calls++;
    return struck(name) ? one->code : SDR_OK;
}

void fault(const char *name, int times) {
    pthread_mutex_lock(&lock);
    find(name)->times = times;
    pthread_mutex_unlock(&lock);
}

int count(const char *name) { return find(name)->calls; }

void renew(unsigned int index) {
    pthread_mutex_lock(&lock);
    EVP_PKEY_free(sign_pairs[index]);
    EVP_PKEY_free(encryption_pairs[index]);
    sign_pairs[index] = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    encryption_pairs[index] = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    wrong[index] = 0;
    pthread_mutex_unlock(&lock);
}

void unplug(void) {
    pthread_mutex_lock(&lock);
    generation++;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void make_keys(void) {
    for (unsigned int i = 1; i <= KEYS; i++) renew(i);
}

/* A handle is valid until the device is closed or unplugged. */
static int usable(struct session *one) {
    return one >= sessions && one < sessions + SESSIONS && one->open && one->generation == generation;
}

int SDF_OpenDevice(void **device) {
    pthread_mutex_lock(&lock);
    int code = called("open_device");
    *device = (void *)(uintptr_t)generation;
    pthread_mutex_unlock(&lock);
    return code;
}

int SDF_CloseDevice(void *device) {
    (void)device;
    return called("close_device");
}

int SDF_OpenSession(void *device, void **handle) {
    pthread_mutex_lock(&lock);
    int code = called("open_session");
    if (code == SDR_OK) {
        code = (uintptr_t)device == generation ? SDR_OPENSESSION : SDR_COMMFAIL;
        for (int i = 0; code == SDR_OPENSESSION && i < SESSIONS; i++)
            if (!sessions[i].open) {
                memset(&sessions[i], 0, sizeof sessions[i]);
                sessions[i].open = 1;
                sessions[i].generation = generation;
                *handle = &sessions[i];
                called("opened");
                code = SDR_OK;
            }
    }
    pthread_mutex_unlock(&lock);
    return code;
}

int SDF_CloseSession(void *handle) {
    pthread_mutex_lock(&lock);
    int code = called("close_session");
    ((struct session *)handle)->open = 0;
    pthread_mutex_unlock(&lock);
    return code;
}

int SDF_GetPrivateKeyAccessRight(void *handle, unsigned int index, unsigned char *password, unsigned int length) {
    struct session *one = handle;
    pthread_mutex_lock(&lock);
    int code = called("access");
    if (code == SDR_OK && !usable(one)) code = SDR_COMMFAIL;
    if (code == SDR_OK && (index == 0 || index > KEYS)) code = SDR_KEYNOTEXIST;
    if (code == SDR_OK && wrong[index] >= TRIES) code = SDR_PARDENY;
    if (code == SDR_OK && (length != sizeof PIN - 1 || CRYPTO_memcmp(password, PIN, length))) {
        wrong[index]++;
        code = SDR_PRKRERR;
    }
    if (code == SDR_OK) one->granted[index] = 1;
    pthread_mutex_unlock(&lock);
    return code;
}

int SDF_ReleasePrivateKeyAccessRight(void *handle, unsigned int index) {
    pthread_mutex_lock(&lock);
    called("release");
    if (index >= 1 && index <= KEYS) ((struct session *)handle)->granted[index] = 0;
    pthread_mutex_unlock(&lock);
    return SDR_OK;
}

int SDF_GenerateRandom(void *handle, unsigned int length, unsigned char *random) {
    pthread_mutex_lock(&lock);
    int code = called("random");
    if (code == SDR_OK && !usable(handle)) code = SDR_COMMFAIL;
    pthread_mutex_unlock(&lock);
    if (code == SDR_OK) RAND_bytes(random, (int)length);
    return code;
}

static int export(void *handle, unsigned int index, EVP_PKEY **pairs, ECCrefPublicKey *key) {
    unsigned char point[65];
    size_t length = 0;
    pthread_mutex_lock(&lock);
    int code = called("export");
    if (code == SDR_OK && !usable(handle)) code = SDR_COMMFAIL;
    if (code == SDR_OK && (index == 0 || index > KEYS)) code = SDR_KEYNOTEXIST;
    if (code == SDR_OK) {
        EVP_PKEY_get_octet_string_param(pairs[index], OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof point, &length);
        memset(key, 0, sizeof *key);
        key->bits = 256;
        memcpy(key->x + MAX_LEN - SCALAR, point + 1, SCALAR);
        memcpy(key->y + MAX_LEN - SCALAR, point + 1 + SCALAR, SCALAR);
        if (struck("export_garbage")) key->y[MAX_LEN - 1] ^= 1;
        if (struck("export_high")) key->x[0] = 1;
        if (struck("export_bits")) key->bits = 384;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

int SDF_ExportSignPublicKey_ECC(void *handle, unsigned int index, ECCrefPublicKey *key) {
    return export(handle, index, sign_pairs, key);
}

int SDF_ExportEncPublicKey_ECC(void *handle, unsigned int index, ECCrefPublicKey *key) {
    return export(handle, index, encryption_pairs, key);
}

/* Read an INTEGER of SEQUENCE { r, s } into a field of 512 bits. */
static const unsigned char *number(const unsigned char *der, unsigned char *field) {
    size_t length = der[1];
    const unsigned char *value = der + 2;
    while (length > SCALAR) value++, length--;
    memset(field, 0, MAX_LEN);
    memcpy(field + MAX_LEN - length, value, length);
    return value + length;
}

int SDF_InternalSign_ECC(void *handle, unsigned int index, unsigned char *data, unsigned int length,
                         ECCSignature *signature) {
    unsigned char der[80];
    size_t size = sizeof der;
    struct session *one = handle;
    pthread_mutex_lock(&lock);
    int code = called("sign");
    if (code == SDR_OK && struck("sign_refused")) code = SDR_SIGNERR;
    if (code == SDR_OK && struck("sign_forgotten")) code = SDR_PARDENY;
    if (code == SDR_OK && !usable(one)) code = SDR_COMMFAIL;
    if (code == SDR_OK && (index == 0 || index > KEYS)) code = SDR_KEYNOTEXIST;
    if (code == SDR_OK && !one->granted[index]) code = SDR_PARDENY;
    if (code == SDR_OK && length != SCALAR) code = SDR_INARGERR;
    int slow = struck("sign_slow"), flip = struck("sign_wrong"), zero = struck("sign_zero"), high = struck("sign_high");
    EVP_PKEY *pair = NULL;
    if (code == SDR_OK) EVP_PKEY_up_ref(pair = sign_pairs[index]);
    pthread_mutex_unlock(&lock);
    if (code != SDR_OK) return code;
    if (slow) nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    if (EVP_PKEY_sign_init(context) != 1 || EVP_PKEY_sign(context, der, &size, data, length) != 1) code = SDR_SIGNERR;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(pair);
    if (code == SDR_OK) number(number(der + 2, signature->r), signature->s);
    if (flip) signature->s[MAX_LEN - 1] ^= 1;
    if (zero) memset(signature->r, 0, MAX_LEN);
    if (high) signature->r[0] = 1;
    return code;
}

static unsigned char *element(unsigned char *at, unsigned char tag, const unsigned char *value, size_t length) {
    int lead = tag == 2 && (value[0] & 0x80);
    size_t content = length + (size_t)lead;
    *at++ = tag;
    if (content > 255) *at++ = 0x82, *at++ = (unsigned char)(content >> 8);
    else if (content > 127) *at++ = 0x81;
    *at++ = (unsigned char)content;
    if (lead) *at++ = 0;
    memcpy(at, value, length);
    return at + length;
}

static unsigned char *coordinate(unsigned char *at, const unsigned char *field) {
    const unsigned char *value = field + MAX_LEN - SCALAR;
    size_t length = SCALAR;
    while (length > 1 && *value == 0) value++, length--;
    return element(at, 2, value, length);
}

int SDF_InternalDecrypt_ECC(void *handle, unsigned int index,
#ifndef WITHOUT_ALGORITHM
                            unsigned int algorithm,
#endif
                            ECCCipher *cipher, unsigned char *data, unsigned int *length) {
    static const unsigned char nothing[MAX_LEN];
    unsigned char members[PLAIN_MAX + 256], der[PLAIN_MAX + 264];
    struct session *one = handle;
    pthread_mutex_lock(&lock);
    int code = called("decrypt");
    if (code == SDR_OK && !usable(one)) code = SDR_COMMFAIL;
    if (code == SDR_OK && (index == 0 || index > KEYS)) code = SDR_KEYNOTEXIST;
    if (code == SDR_OK && !one->granted[index]) code = SDR_PARDENY;
    if (code == SDR_OK && (cipher->L == 0 || cipher->L > PLAIN_MAX)) code = SDR_INARGERR;
#ifndef WITHOUT_ALGORITHM
    if (code == SDR_OK && algorithm != 0x00020800) code = SDR_INARGERR;
#endif
    if (code == SDR_OK && memcmp(cipher->x, nothing, MAX_LEN - SCALAR)) code = SDR_ENCDATAERR;
    int lies = struck("decrypt_long");
    EVP_PKEY *pair = NULL;
    if (code == SDR_OK) EVP_PKEY_up_ref(pair = encryption_pairs[index]);
    pthread_mutex_unlock(&lock);
    if (code != SDR_OK) return code;
    unsigned char *end = coordinate(coordinate(members, cipher->x), cipher->y);
    end = element(element(end, 4, cipher->M, 32), 4, cipher->C, cipher->L);
    end = element(der, 0x30, members, (size_t)(end - members));
    unsigned char plain[PLAIN_MAX];
    size_t room = sizeof plain;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    if (EVP_PKEY_decrypt_init(context) != 1 || EVP_PKEY_decrypt(context, plain, &room, der, (size_t)(end - der)) != 1)
        code = SDR_ENCDATAERR;
    else if (room > *length)
        code = SDR_NOBUFFER;
    else {
        memcpy(data, plain, room);
        *length = (unsigned int)(lies ? room + 1000 : room);
    }
    ERR_clear_error();
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(pair);
    return code;
}
