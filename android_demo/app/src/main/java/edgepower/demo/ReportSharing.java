package edgepower.demo;

import android.app.Activity;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import edgepower.demo.view.ProfileView;

/** Shares a report by the system's own choice of apps. */
final class ReportSharing implements ProfileView.Sharing {
    private final Activity activity;

    ReportSharing(Activity activity) {
        this.activity = activity;
    }

    @Override
    public void share(String file) {
        Uri address = ReportProvider.address(activity.getPackageName(), file);
        Intent send = new Intent(Intent.ACTION_SEND);
        send.setType(ReportProvider.TYPE);
        send.putExtra(Intent.EXTRA_STREAM, address);
        send.putExtra(Intent.EXTRA_SUBJECT, activity.getString(R.string.profile_share_subject));
        // The permission to read goes along with the address, and ends with the task that got it.
        send.setClipData(ClipData.newRawUri("", address));
        send.addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
        activity.startActivity(Intent.createChooser(send, activity.getString(R.string.profile_share_title)));
    }
}
