/* dice.c - numbers off the end of a supply of random bytes */
#include <config.h>

#include "dns/dice.h"

void rvx__dice_filled(struct rvx__dice *dice)
{
    dice->left = RVX__DICE_SIZE;
    dice->dry = false;
}

/* A number of `n` bytes. They are wiped, so that whoever reads this memory later learns nothing about what was sent. */
static uint64_t draw(struct rvx__dice *dice, unsigned n)
{
    uint64_t number = 0;

    if (dice->left < n) {
        dice->dry = true;
        return 0;
    }
    for (; n > 0; n--) {
        dice->left--;
        number = number << 8 | dice->bytes[dice->left];
        dice->bytes[dice->left] = 0;
    }
    return number;
}

uint16_t rvx__dice_u16(struct rvx__dice *dice)
{
    return (uint16_t)draw(dice, 2);
}

uint64_t rvx__dice_u64(struct rvx__dice *dice)
{
    return draw(dice, 8);
}
