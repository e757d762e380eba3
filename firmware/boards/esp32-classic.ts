/** A classic ESP32 (WROOM-32 devkit): the microphone on ADC1, the speaker on the 8-bit DAC, paw, light and battery. */

// ADC1 is D32-D39: ADC2 does not read while Wi-Fi is on
export const BOARD = {
  /** MAX4466 or MAX9814 module, resting at half of 3.3 V */
  MICROPHONE: D34,
  /** loudness of the microphone's samples is multiplied by this before they are companded */
  MICROPHONE_GAIN: 2,
  /** DAC channel 1, through 10 uF into a PAM8302 amplifier */
  SPEAKER: D25,
  /** the amplifier's shutdown pin: high plays, low saves its battery */
  AMPLIFIER: D27,
  /** to ground through the paw's button; a pin that can wake the chip from deep sleep */
  PAW: D33,
  /** the light, through 330 ohm */
  LIGHT: D2,
  /** the middle of two 100 kohm from battery to ground */
  BATTERY: D35,
  /** mV at the battery when the ADC reads 1: 3.3 V through the divider */
  BATTERY_FULL_SCALE_MV: 6600,
  /** mV under which the toy sleeps: a lithium cell is empty, and the regulator about to fail */
  BATTERY_LOW_MV: 3300,
} as const;
