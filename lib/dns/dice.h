/* dice.h - random numbers for the machines of this folder, drawn in advance
 *
 * The machines are pure: what is random about them comes from here. The driver fills the dice from getrandom(2), a test
 * from its script. Numbers are used once and wiped. Dice that have run out give 0 and say so, and nothing is sent with
 * a number of theirs: fail closed.
 */
#ifndef RVX_DNS_DICE_H
#define RVX_DNS_DICE_H

#include <stdbool.h>
#include <stdint.h>

#define RVX__DICE_SIZE 512 /* bytes */

/* More than one call into a machine takes. */
#define RVX__DICE_LOW 64

struct rvx__dice {
    uint8_t bytes[RVX__DICE_SIZE];
    uint16_t left; /* bytes not used yet, at the front; 0 is right to begin with */
    bool dry;      /* a number was wanted that was not there */
};

/* Shall the driver fill up? Asked before every call that takes dice. */
static inline bool rvx__dice_are_low(const struct rvx__dice *dice)
{
    return dice->left < RVX__DICE_LOW;
}

/* Fill all of dice->bytes with random bytes, then say so. */
void rvx__dice_filled(struct rvx__dice *dice);

uint16_t rvx__dice_u16(struct rvx__dice *dice);
uint64_t rvx__dice_u64(struct rvx__dice *dice);

#endif
